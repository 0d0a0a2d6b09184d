"""What the law of a country asks of a flight besides where and how it is flown: hours, notices, papers, people."""
