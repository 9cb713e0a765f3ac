"""What can be said about rules and their worked examples before anybody is evaluated by them."""
