# مفاتيح المرور ومفاتيح الأمان.

passkeys-sign-in = تسجيل الدخول بمفتاح مرور
passkeys-cancelled = لم يستجب جهازك. ربما ألغيت العملية أو استغرقت وقتًا طويلًا. حاول مرة أخرى أو اختر طريقة أخرى.
passkeys-failed = تعذّر على متصفحك استخدام مفتاح مرور هنا. اختر طريقة أخرى.
passkeys-problem-title = لم ينجح ذلك
passkeys-problem-expired = استغرق ذلك وقتًا طويلًا أو أُرسل مرتين. يُرجى المحاولة مرة أخرى.
passkeys-problem-unknown = مفتاح المرور هذا غير مسجَّل هنا أو لم يعد كذلك. سجّل الدخول بطريقة أخرى.
passkeys-problem-not-verified = لم يتحقق جهازك من هويتك. استخدم مفتاح مرور يطلب بصمة إصبعك أو وجهك أو رمز ⁨PIN⁩.
passkeys-problem-suspected-clone = ربما نُسخ مفتاح المرور هذا، لذلك لم يعد يفتح حسابك. سجّل الدخول بطريقة أخرى ثم أزِله.
passkeys-problem-refused = لم ينجح مفتاح المرور هذا. حاول مرة أخرى أو سجّل الدخول بطريقة أخرى.
passkeys-factor = استخدم مفتاح الأمان أو أحد مفاتيح المرور لهذا الحساب.
passkeys-factor-ask = استخدام مفتاح
passkeys-factor-use = استخدام مفتاح أمان أو مفتاح مرور
passkeys-problem-registered = يحتوي هذا الجهاز بالفعل على مفتاح مرور لحساب في هذه الخدمة.
passkeys-problem-too-many = { $count ->
    [one] يمكنك امتلاك مفتاح مرور واحد على الأكثر. أزِل مفتاحًا لم تعد تستخدمه.
    [two] يمكنك امتلاك مفتاحي مرور على الأكثر. أزِل مفتاحًا لم تعد تستخدمه.
    [few] يمكنك امتلاك { $count } مفاتيح مرور على الأكثر. أزِل مفتاحًا لم تعد تستخدمه.
    [many] يمكنك امتلاك { $count } مفتاح مرور على الأكثر. أزِل مفتاحًا لم تعد تستخدمه.
   *[other] يمكنك امتلاك { $count } مفتاح مرور على الأكثر. أزِل مفتاحًا لم تعد تستخدمه.
}
passkeys-title = مفاتيح المرور
passkeys-lead = سجّل الدخول ببصمة إصبعك أو وجهك أو قفل الشاشة بدلًا من كلمة مرور.
passkeys-none = ليس لديك مفاتيح مرور بعد.
passkeys-add = إضافة مفتاح مرور
passkeys-add-lead = ينشئه جهازك أو مدير كلمات المرور لديك ويحتفظ به. بعد ذلك تسجّل الدخول من دون كلمة مرور.
passkeys-add-security-key = إضافة مفتاح أمان
passkeys-add-security-key-lead = جهاز صغير توصله أو تقرّبه من هاتفك. ومنذ ذلك الحين يُطلب كخطوة ثانية عند تسجيل الدخول بكلمة المرور.
passkeys-name = الاسم
passkeys-name-hint = لتتعرّف عليه لاحقًا.
passkeys-name-problem = أدخل اسمًا لا يزيد على 60 حرفًا.
passkeys-default-name = { $browser } على { $device }
passkeys-continue = متابعة
passkeys-missing = تحتاج مفاتيح المرور إلى متصفح يدعمها مع تفعيل ⁨JavaScript⁩. هذا المتصفح لا يدعمها، أو أن ⁨JavaScript⁩ معطَّل.
passkeys-synced = متزامن بين أجهزتك
passkeys-device-bound = على جهاز واحد فقط
passkeys-second-step = خطوة ثانية فقط
passkeys-added = أُضيف بتاريخ { $date }
passkeys-last-used = آخر استخدام في { $date }
passkeys-never-used = لم يُستخدم بعد
passkeys-suspected-clone = ربما نُسخ ولم يعد يفتح حسابك. أزِله وأضِف مفتاحًا جديدًا.
passkeys-change = تغيير
passkeys-edit-title = تغيير مفتاح مرور
passkeys-save = حفظ الاسم
passkeys-remove-title = إزالته
passkeys-remove-lead = عندئذٍ لن يفتح حسابك. إذا ظل جهازك يعرضه فاحذفه هناك أيضًا.
passkeys-remove = إزالة مفتاح المرور
passkeys-last-way-in = من دونه لن تتمكن من تسجيل الدخول. أضِف أولًا مفتاح مرور آخر أو كلمة مرور.
passkeys-last-factor = يتطلب حسابك خطوة ثانية وهذه هي الوحيدة. أضِف أخرى أولًا.
passkeys-offer = تسجيل دخول أسرع في المرة القادمة؟
passkeys-offer-lead = بمفتاح المرور تسجّل الدخول ببصمة إصبعك أو وجهك أو قفل الشاشة. لا كلمة مرور تكتبها ولا كلمة مرور تُسرق.
passkeys-offer-make = إنشاء مفتاح مرور
passkeys-offer-later = ليس الآن
passkeys-unnamed = مفتاح مرور
passkeys-was-added = أُضيف مفتاح مرورك.
passkeys-was-renamed = حُفظ الاسم.
passkeys-was-removed = أُزيل مفتاح المرور.
