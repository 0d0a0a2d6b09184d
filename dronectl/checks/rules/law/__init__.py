"""Rules of the law of a country: hours, notices, papers. They are told like all others."""
