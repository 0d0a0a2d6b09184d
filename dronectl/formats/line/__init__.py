"""What LINE's Messaging API sends."""
