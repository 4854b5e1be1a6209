"""The real emulators of Firestore and Firebase Auth: found, started, watched, stopped."""
