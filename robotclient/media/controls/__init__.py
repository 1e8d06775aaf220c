"""The robot's button: keys of keyboards, touch screens and GPIO pins, which the kernel all shows as input devices."""
