# Sign out.

logout-heading = Sign out?
logout-lead = This ends your session in this browser.
logout-lead-app = { $app } wants to sign you out. This ends your session in this browser.
logout-stay = Stay signed in
logout-stayed-title = Still signed in
logout-stayed = You’re still signed in
logout-stayed-lead = Nothing has changed. You can close this window.
logout-done-title = Signed out
logout-done = You’re signed out
logout-done-lead = Your session in this browser has ended. On a shared computer, close all browser windows too.
logout-again = Sign in again
