# كيف يُحمى الحساب.

security-title = الأمان
security-lead = كيف تسجّل الدخول، وما الذي يمنع الآخرين من ذلك.
security-saved = حُفظ التغيير.
security-change = تغيير
security-set-up = إعداد
security-replace = استبدال
security-remove = إزالة
security-on = قيد الاستخدام
security-since = منذ { $date }
security-used = آخر استخدام في { $date }
security-password = كلمة المرور
security-password-set = لديك كلمة مرور
security-password-none = ليس لهذا الحساب كلمة مرور
security-password-add = تعيين كلمة مرور
security-password-changed = آخر تغيير في { $date }
security-password-unchanged = لم تتغيّر منذ إنشاء الحساب
security-second = الخطوة الثانية
security-second-hint = بعد الخطوة الأولى، مثل كلمة المرور، نطلب خطوة أخرى. من يعرف كلمة مرورك لن يتمكن مع ذلك من الدخول.
security-totp = تطبيق المصادقة
security-totp-none = رموز من تطبيق على هاتفك
security-factor-removed = أُزيلت الخطوة الثانية. ستُطلب من جديد على كل جهاز عند تسجيل الدخول القادم.
security-second-gone = أُزيلت الخطوة الثانية. أصبح تسجيل الدخول بخطوة واحدة.
security-takes-phone = تُزال معه الرموز المرسلة بالرسائل النصية: فهي لا تكون خطوة ثانية إلا إلى جانب تطبيق مصادقة أو مفتاح مرور.
security-last-factor = الخطوة الثانية مطلوبة هنا، وهذه آخر خطوة لديك. أضف غيرها قبل إزالتها.
security-recovery = رموز الاسترداد
security-recovery-left = { $count ->
    [zero] لم يبقَ أي رمز
    [one] بقي رمز واحد
    [two] بقي رمزان
    [few] بقيت { $count } رموز
    [many] بقي { $count } رمزًا
   *[other] بقي { $count } رمز
}
security-recovery-make = إنشاء رموز جديدة
security-devices = الأجهزة الموثوق بها
security-devices-hint = لا نطلب الخطوة الثانية على هذه الأجهزة.
security-device-until = موثوق به حتى { $date }
security-device-removed = لم يعد الجهاز موثوقًا به.
security-devices-removed = لم يعد أي جهاز موثوقًا به.
security-devices-remove-all = عدم الوثوق بأي منها
security-sms = الرسائل النصية
security-sms-none = رموز تُرسل إلى هاتفك
security-sessions-hint = الأجهزة التي سجّلت الدخول عليها. أنهِ الجلسات التي لا تعرفها.
security-sessions-all = عرض كل الجلسات
security-apps-hint = التطبيقات التي تسمح لها باستخدام حسابك.
security-apps-all = عرض كل التطبيقات
security-app-removed = لم يعد لدى التطبيق إذن بالوصول.
