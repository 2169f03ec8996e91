# إنشاء حساب. يصبح <terms>…</terms> و<privacy>…</privacy> رابطين.

sign-up-title = إنشاء حسابك
sign-up-create = إنشاء الحساب
sign-up-agree-both = بإنشاء حساب فإنك توافق على <terms>الشروط</terms> و<privacy>سياسة الخصوصية</privacy>.
sign-up-agree-terms = بإنشاء حساب فإنك توافق على <terms>الشروط</terms>.
sign-up-read-privacy = اقرأ في <privacy>سياسة الخصوصية</privacy> كيف نتعامل مع بياناتك.
sign-up-have-account = هل لديك حساب بالفعل؟
sign-up-with-passkey = استخدام مفتاح مرور بدلًا من ذلك
sign-up-passkey-title = إنشاء مفتاح مرورك
sign-up-passkey-lead = يفتح حساب { $email }. يحتفظ به جهازك أو مدير كلمات المرور لديك، فلا كلمة مرور عليك تذكّرها.
sign-up-with-password = استخدام كلمة مرور بدلًا من ذلك
