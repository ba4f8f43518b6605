"""How worker processes are run, whatever they do: options, settings, several at once, stopping, versions.

What they do is composed in worker.py; this package imports nothing of the service but the library.
"""
