"""The audit log as bytes: lines that hold each other in place, and what is wrong with a log."""
