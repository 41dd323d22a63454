"""Run a process: a bus of channels and states, with plugins for signals, daemons, pid files, monitors and reloading."""
