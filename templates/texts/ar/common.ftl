# ما تقوله أكثر من صفحة. اسم العلامة هو { $brand } في كل نص.

common-seconds = { $count ->
    [zero] أقل من ثانية
    [one] ثانية واحدة
    [two] ثانيتين
    [few] { $count } ثوانٍ
    [many] { $count } ثانية
   *[other] { $count } ثانية
}
common-minutes = { $count ->
    [zero] أقل من دقيقة
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $count } دقائق
    [many] { $count } دقيقة
   *[other] { $count } دقيقة
}
common-error-title = خطأ: { $title }
common-skip = الانتقال إلى المحتوى
common-sign-in = تسجيل الدخول
common-sign-out = تسجيل الخروج
common-continue = متابعة
common-cancel = إلغاء
common-to-continue = للمتابعة إلى { $app }
common-go-to-account = الانتقال إلى حسابك
common-help = المساعدة
common-privacy = الخصوصية
common-terms = الشروط

# الحقول
common-email = البريد الإلكتروني
common-name = اسمك
common-password = كلمة المرور
common-show-password = إظهار كلمة المرور
common-optional = اختياري
common-password-hint = { $minimum ->
    [one] حرف واحد على الأقل. من السهل تذكّر بضع كلمات متتالية ومن الصعب تخمينها.
    [two] حرفان على الأقل. من السهل تذكّر بضع كلمات متتالية ومن الصعب تخمينها.
    [few] { $minimum } أحرف على الأقل. من السهل تذكّر بضع كلمات متتالية ومن الصعب تخمينها.
    [many] { $minimum } حرفًا على الأقل. من السهل تذكّر بضع كلمات متتالية ومن الصعب تخمينها.
   *[other] { $minimum } حرف على الأقل. من السهل تذكّر بضع كلمات متتالية ومن الصعب تخمينها.
}

# ما الخطأ في حقل
common-faults = { $count ->
    [one] هناك بيان واحد يحتاج إلى مراجعة
    [two] هناك بيانان يحتاجان إلى مراجعة
    [few] هناك { $count } بيانات تحتاج إلى مراجعة
    [many] هناك { $count } بيانًا يحتاج إلى مراجعة
   *[other] هناك { $count } بيان يحتاج إلى مراجعة
}
common-email-invalid = أدخل عنوان بريد إلكتروني، مثل ⁨name@example.com⁩.
common-email-taken = يوجد حساب بهذا العنوان بالفعل. سجّل الدخول به بدلًا من ذلك.
common-name-too-long = { $maximum ->
    [one] يجب ألا يزيد طول الاسم على حرف واحد.
    [two] يجب ألا يزيد طول الاسم على حرفين.
    [few] يجب ألا يزيد طول الاسم على { $maximum } أحرف.
    [many] يجب ألا يزيد طول الاسم على { $maximum } حرفًا.
   *[other] يجب ألا يزيد طول الاسم على { $maximum } حرف.
}
common-password-too-short = { $minimum ->
    [one] يجب أن تتكوّن كلمة المرور من حرف واحد على الأقل.
    [two] يجب أن تتكوّن كلمة المرور من حرفين على الأقل.
    [few] يجب أن تتكوّن كلمة المرور من { $minimum } أحرف على الأقل.
    [many] يجب أن تتكوّن كلمة المرور من { $minimum } حرفًا على الأقل.
   *[other] يجب أن تتكوّن كلمة المرور من { $minimum } حرف على الأقل.
}
common-password-too-long = كلمة المرور هذه أطول من اللازم. الحد الأقصى هو { $maximum } بايت، ويأخذ كل حرف عربي بايتين، والرموز التعبيرية حتى أربعة.
