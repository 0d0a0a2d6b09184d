"""What ArduCopter makes of items and parameters, release by release."""
