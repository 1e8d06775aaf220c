"""What `robotserver` does, one function per command; `server.__main__` parses, prints and exits."""
