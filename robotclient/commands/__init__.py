"""The robot's commands besides `run`: each one question answered, in words or as JSON."""
