"""The camera: a child process captures and encodes, `handle.Camera` is the daemon's side of it."""
