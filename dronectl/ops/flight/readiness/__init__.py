"""Go / no-go before arming: what is asked of each drone and of the station, one question a file."""
