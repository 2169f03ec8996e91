// OAuth 2.0 Form Post Response Mode §2: sends the answer to the app without a press of the button.
"use strict";

// A field named "submit" would hide the form's own method.
HTMLFormElement.prototype.submit.call(document.getElementById("form-post"));
