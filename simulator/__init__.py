"""The outside world, runnable: customs, bank and identity authority, with magic values for every ending."""
