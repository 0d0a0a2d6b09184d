"""What is dated in a workspace: when areas close, and the papers, notices and people that the law asks for."""
