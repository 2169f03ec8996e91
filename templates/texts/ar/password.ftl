# كلمة مرور.

password-guessable = يمكن تخمين كلمة المرور هذه بسرعة. أضف كلمة أو كلمتين.
password-guessable-common = يستخدم كثيرون كلمة المرور هذه. اختر كلمة مرور خاصة بك.
password-guessable-pattern = تُجرَّب صفوف المفاتيح والتكرارات والتواريخ أولًا. أضف كلمة أو كلمتين.
password-guessable-word = يُجرَّب الاسم أو الكلمة الواحدة أولًا. أضف كلمة أو كلمتين أخريين.
password-breached = تسرّبت كلمة المرور هذه في اختراق لخدمة أخرى. اختر غيرها.
password-strength-fair = تخمينها صعب بما يكفي.
password-strength-good = تخمينها صعب.
password-strength-strong = تخمينها صعب جدًا.
