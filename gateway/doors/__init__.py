"""The routes: customs' doors, the enterprises' door and the desk where the inbox is read back."""
