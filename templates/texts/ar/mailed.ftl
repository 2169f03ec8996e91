# ما يُرسل بالبريد، في الصفحات: الرموز والروابط وكلمات المرور المنسية والعناوين.

mailed-code-title = تحقّق من بريدك
mailed-code-lead = أرسلنا رسالة إلى { $email }. أدخل الرمز الذي فيها؛ وهو صالح لمدة 10 دقائق.
mailed-code-lead-perhaps = إن كان هناك حساب بالعنوان { $email } فقد أرسلنا إليه رمزًا. أدخله هنا؛ وهو صالح لمدة 10 دقائق.
mailed-code = الرمز
mailed-code-none = لم تصلك رسالة؟ ابحث في مجلد الرسائل غير المرغوب فيها أيضًا.
mailed-code-again = إرسال رمز جديد
mailed-code-other-address = استخدام عنوان آخر
mailed-code-wrong = هذا الرمز غير صحيح أو قديم. استخدم الرمز الذي في أحدث رسالة.
mailed-code-too-many = محاولات كثيرة جدًا. اطلب رمزًا جديدًا أو عُد بعد ساعة.
mailed-link-dead = لم يعد هذا الرابط يعمل
mailed-link-dead-lead = لقد استُخدم، أو حلّ محله رابط أحدث، أو صار قديمًا.
mailed-link-again = طلب رابط جديد
mailed-verify-title = تأكيد عنوان بريدك الإلكتروني
mailed-verify-lead = سنرسل رمزًا إلى { $email } للتأكد من أنه عنوانك.
mailed-verify-send = إرسال الرمز
