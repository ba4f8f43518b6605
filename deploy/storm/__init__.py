"""The storm: hundreds of lists through a world that misbehaves by a seed, and the accounts made up afterwards."""
