# تسجيل الدخول، وتأكيد الهوية، واختيار الحساب.

login-confirm = أكّد هويتك
login-confirm-lead = أدخل كلمة المرور مرة أخرى.
login-confirm-lead-app = أدخل كلمة المرور مرة أخرى للمتابعة إلى { $app }.
login-confirm-lead-other = سجّل الدخول مرة أخرى لنتأكد أنك أنت.
login-failed = لم ينجح ذلك
login-wrong = البريد الإلكتروني أو كلمة المرور غير صحيحة. تحقّق من كليهما ثم حاول مرة أخرى.
login-too-many = محاولات كثيرة جدًا
login-wait = انتظر { $wait } قبل أن تحاول مرة أخرى.
login-new-here = هل هذه زيارتك الأولى؟
login-create-account = إنشاء حساب
login-not-you = لست أنت؟
login-other-account = استخدام حساب آخر
login-choose = اختر حسابًا
login-continue-as = المتابعة باسم
login-mail-title = تسجيل الدخول برمز
login-mail-lead = سنرسل رمزًا إلى بريدك الإلكتروني. لا تحتاج إلى كلمة المرور.
login-mail-send = أرسل إليّ رمزًا بالبريد
login-mail-password = استخدم كلمة المرور بدلًا من ذلك
login-link-lead = ستسجّل الدخول هنا باسم { $email }.
