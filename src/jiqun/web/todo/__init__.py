"""我的待办: what the user who is logged in must do now, counted beside the navigation and listed on a page."""
