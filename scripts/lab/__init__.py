"""The lab: server, robot, browser, screen and sound as real processes on a machine that has no devices."""
