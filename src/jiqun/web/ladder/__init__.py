"""梯度培育: who stands on which rung, what is next, what falls due."""
