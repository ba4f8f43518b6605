"""The HTTP door and the inbox: what comes in is kept byte for byte, then read, then delivered to its case."""
