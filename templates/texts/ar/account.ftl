# الحساب.

account-title = حسابك
account-nav = الحساب
account-overview = الملخص
account-profile = الملف الشخصي
account-profile-tab = ملفك
account-sessions = الجلسات
account-apps = التطبيقات
account-since = حساب في { $brand } منذ { $date }
account-profile-row = اسمك وما يمكن للتطبيقات معرفته عنك
account-password-changed = آخر تغيير لكلمة المرور في { $date }
account-password-unchanged = لم تتغيّر كلمة المرور منذ إنشاء الحساب
account-sessions-row = { $count ->
    [one] تسجيل الدخول على هذا الجهاز فقط
    [two] تسجيل الدخول على جهازين
    [few] تسجيل الدخول على { $count } أجهزة
    [many] تسجيل الدخول على { $count } جهازًا
   *[other] تسجيل الدخول على { $count } جهاز
}
account-apps-row = { $count ->
    [zero] لا يملك أي تطبيق إذنًا بالوصول
    [one] تطبيق واحد لديه إذن بالوصول
    [two] تطبيقان لديهما إذن بالوصول
    [few] { $count } تطبيقات لديها إذن بالوصول
    [many] { $count } تطبيقًا لديها إذن بالوصول
   *[other] { $count } تطبيق لديها إذن بالوصول
}

# الملف الشخصي
account-profile-lead = لا ترى التطبيقات إلا ما تسمح لها برؤيته. اترك ما لا تود ذكره فارغًا.
account-profile-saved = حُفظ ملفك الشخصي.
account-profile-save = حفظ الملف الشخصي
account-names = الاسم
account-full-name = الاسم الكامل
account-username = اسم المستخدم
account-given-name = الاسم الأول
account-middle-name = الاسم الأوسط
account-family-name = اسم العائلة
account-nickname = الاسم المستعار
account-contact = معلومات الاتصال
account-email-hint = يُستخدم لتسجيل الدخول
account-phone = رقم الهاتف
account-phone-hint = مثل { $example }
account-website = الموقع الإلكتروني
account-profile-address = صفحة الملف الشخصي
account-picture = رابط الصورة
account-address = العنوان البريدي
account-street = الشارع ورقم المبنى
account-locality = المدينة
account-region = الولاية أو المنطقة
account-postal-code = الرمز البريدي
account-country = البلد
account-formatted = العنوان الكامل
account-formatted-hint = كما يُكتب على الرسالة، إذا لم تكفِ الحقول أعلاه
account-about = عنك
account-birthdate = تاريخ الميلاد
account-gender = الجنس
account-locale = اللغة
account-locale-browser = لغة متصفحي
account-zoneinfo = المنطقة الزمنية
account-zoneinfo-hint = مثل ⁨Europe/Berlin⁩
account-too-long = { $maximum ->
    [one] هذا أطول من اللازم. الحد الأقصى للطول هو حرف واحد.
    [two] هذا أطول من اللازم. الحد الأقصى للطول هو حرفان.
    [few] هذا أطول من اللازم. الحد الأقصى للطول هو { $maximum } أحرف.
    [many] هذا أطول من اللازم. الحد الأقصى للطول هو { $maximum } حرفًا.
   *[other] هذا أطول من اللازم. الحد الأقصى للطول هو { $maximum } حرف.
}
account-anothers-address = لا يمكن أن يكون اسم المستخدم عنوان بريد إلكتروني غير عنوانك.
account-not-a-url = أدخل عنوان ويب كاملًا، مثل ⁨https://example.com⁩.
account-not-a-phone = أدخل رقم الهاتف مع رمز البلد، مثل { $example }.
account-not-a-date = أدخل تاريخًا، مثل ⁨1990-12-31⁩.
account-not-a-language = أدخل لغة، مثل ⁨en⁩ أو ⁨de-CH⁩.
account-not-a-time-zone = أدخل منطقة زمنية، مثل ⁨Europe/Berlin⁩.

# كلمة المرور
account-password-lead = يؤدي تغييرها إلى تسجيل خروجك من كل الأجهزة الأخرى.
account-password-done = تم تغيير كلمة مرورك، وانتهت جلساتك الأخرى.
account-password-add-lead = ليس لهذا الحساب كلمة مرور بعد. تتيح لك كلمة المرور تسجيل الدخول أيضًا حيث لا يتوفر لك مفتاح مرور ولا مزوّد.
account-password-added = أصبحت لحسابك كلمة مرور.
account-password-current = كلمة المرور الحالية
account-password-current-show = إظهار كلمة المرور الحالية
account-password-new = كلمة المرور الجديدة
account-password-new-show = إظهار كلمة المرور الجديدة
account-password-change = تغيير كلمة المرور
account-password-wrong = كلمة المرور الحالية غير صحيحة.
account-password-wait = محاولات كثيرة جدًا. انتظر { $wait } قبل المحاولة التالية.

# الجلسات
account-sessions-lead = الأجهزة التي سجّلت الدخول عليها. أنهِ الجلسات التي لا تعرفها، ثم غيّر كلمة مرورك.
account-session-ended = انتهت الجلسة.
account-sessions-ended = انتهت كل الجلسات الأخرى.
account-session-on = { $browser } على { $device }
account-session-browser = متصفح
account-session-device = جهاز غير معروف
account-session-address = عنوان غير معروف
account-session-this = هذا الجهاز
account-session-now = نشطة الآن
account-session-active = آخر نشاط: { $moment }
account-session-from = من: { $address }
account-session-near = شبكتك الحالية
account-place = { $city }، { $country }
account-session-since = تسجيل الدخول: { $moment }
account-session-end = إنهاء
account-session-end-which = الجلسة: { $session }، { $address }
account-sessions-end-others = إنهاء كل الجلسات الأخرى

# التطبيقات
account-apps-title = التطبيقات المرتبطة
account-apps-lead = التطبيقات التي تسمح لها باستخدام حسابك، وما يمكنها فعله.
account-app-removed = لم يعد لدى { $app } إذن بالوصول.
account-apps-none = لا يملك أي تطبيق إذنًا بالوصول إلى حسابك. عندما تسجّل الدخول إلى تطبيق، سيظهر هنا.
account-app-since = منذ { $date }
account-app-used = آخر استخدام في { $date }
account-app-remove = إزالة
account-app-remove-which = وصول { $app }
account-email-lead = نرسل أولًا رمزًا إلى العنوان الجديد، ثم نخبر العنوان القديم الذي يمكن منه التراجع عن التغيير خلال 7 أيام.
account-email-current = العنوان الحالي
account-email-new = عنوان البريد الإلكتروني الجديد
account-email-verified = مؤكَّد
account-email-unverified = لم يُؤكَّد بعد.
account-email-verify = تأكيده
account-email-remind = لم يُؤكَّد بريدك الإلكتروني بعد.
account-email-send = إرسال رمز
account-email-own = هذا عنوانك بالفعل.
account-email-taken = هذا العنوان لحساب آخر.
account-email-change = تغيير
account-undo-title = هل تريد استعادة عنوانك؟
account-undo-lead = يستعيد حسابك العنوان { $email }، ويُسجَّل خروج الجميع، وتُحذف كلمة المرور لتختار كلمة مرور جديدة.
account-undo-button = استعادة عنواني
