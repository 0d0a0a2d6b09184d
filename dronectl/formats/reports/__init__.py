"""What was found and made, for programs: SARIF, manifests, timetables."""
