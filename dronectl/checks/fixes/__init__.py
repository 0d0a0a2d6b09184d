"""What would mend a finding: mechanical fixes of a mission, and clear places to go to instead."""
