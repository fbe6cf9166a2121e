"""Many things put away in one act, the accounts behind them closed with it; and all of it taken back in one."""
