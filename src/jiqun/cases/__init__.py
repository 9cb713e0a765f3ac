"""Cases: what has stages, clocks and evidence. Pure: the day is an argument, the calendar comes from the law book."""
