"""批次: the evaluation campaign, from the plan to the signature."""
