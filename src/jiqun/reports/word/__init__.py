"""Official reports in Word: bulletin, district brief, enterprise letter, cluster monthly, one firm's file."""
