"""What each contract says, as rows of the statement, and the waterfall of each vehicle that the contracts meet in."""
