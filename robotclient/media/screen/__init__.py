"""The robot's screen: a child process draws, `handle.Screen` is the daemon's side of it."""
