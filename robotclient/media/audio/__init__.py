"""The robot's sound: `handle` is the daemon's side, everything else runs in the audio child process."""
