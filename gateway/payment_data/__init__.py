"""The responder of Announcement 179: customs asks for original payment data and has it within two minutes."""
