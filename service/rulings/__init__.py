"""Staff's word: corrections, reviews, appeals."""
