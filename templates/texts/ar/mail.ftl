# الرسائل. لكل منها موضوع وعنوان وفقرات، وربما زر، وملاحظة في الختام.

mail-help = أو طلب المساعدة
mail-colon = :
mail-see-account = عرض حسابك
mail-see-apps = عرض تطبيقاتك
mail-sign-in = تسجيل الدخول

mail-welcome-subject = مرحبًا بك في { $brand }
mail-welcome-heading = مرحبًا بك في { $brand }
mail-welcome = حسابك في { $brand } جاهز. يمكنك تسجيل الدخول به إلى كل تطبيق يتيحه.
mail-welcome-not-you = لم تنشئ هذا الحساب؟ إذًا استخدم شخص ما عنوانك عن طريق الخطأ، ويمكنك تجاهل هذه الرسالة.

mail-password-changed-subject = تم تغيير كلمة مرورك في { $brand }
mail-password-changed-heading = تم تغيير كلمة مرورك
mail-password-changed = تم قبل قليل تغيير كلمة مرور حسابك في { $brand }. سُجّل الخروج من كل الأجهزة الأخرى.
mail-password-added-subject = أُضيفت كلمة مرور إلى حسابك في { $brand }
mail-password-added-heading = أُضيفت كلمة مرور
mail-password-added = أُضيفت قبل قليل كلمة مرور إلى حسابك في { $brand }. يمكنك تسجيل الدخول بها مع عنوان بريدك الإلكتروني.

mail-account-exists-subject = لديك حساب في { $brand } بالفعل
mail-account-exists-heading = لديك حساب بالفعل
mail-account-exists = حاول شخص ما، ربما أنت، إنشاء حساب في { $brand } بهذا العنوان. يوجد حساب بالفعل، لذلك لم يتغيّر شيء.
mail-account-exists-not-you = لم تكن أنت؟ لا يلزمك فعل شيء: لم يدخل أحد إلى حسابك.

mail-reuse-subject = سُجّل خروجك من { $app }
mail-reuse-heading = سُجّل خروجك من { $app }
mail-reuse = استُخدم مفتاح قديم لتسجيل دخولك إلى { $app } مرة ثانية. ربما نُسخ هذا المفتاح، لذلك أنهينا تسجيل الدخول ذاك. سجّل الدخول إلى { $app } مجددًا عندما تحتاج إليه.
mail-reuse-again = هل يتكرر هذا؟ اسحب إذن الوصول من التطبيق وأخبر مطوّريه.

mail-see-security = عرض كيفية حماية حسابك
mail-factor-added-subject = أُضيفت خطوة ثانية إلى حسابك في { $brand }
mail-factor-added-heading = أُضيفت خطوة ثانية
mail-factor-added = أُضيفت قبل قليل خطوة ثانية لتسجيل الدخول إلى حسابك في { $brand }.
mail-factor-removed-subject = أُزيلت خطوة ثانية من حسابك في { $brand }
mail-factor-removed-heading = أُزيلت خطوة ثانية
mail-factor-removed = أُزيلت قبل قليل خطوة ثانية لتسجيل الدخول من حسابك في { $brand }. لم يعد أي جهاز موثوقًا به.
mail-recovery-code-used-subject = استُخدم رمز استرداد لحسابك في { $brand }
mail-recovery-code-used-heading = استُخدم رمز استرداد
mail-recovery-code-used = سجّل شخص ما الدخول قبل قليل إلى حسابك في { $brand } برمز استرداد. يعمل كل رمز مرة واحدة فقط؛ أنشئ رموزًا جديدة عندما يبقى القليل.
mail-passkey-added-subject = أُضيف مفتاح مرور إلى حسابك في { $brand }
mail-passkey-added-heading = أُضيف مفتاح مرور
mail-passkey-added = أُضيف قبل قليل مفتاح مرور إلى حسابك في { $brand }. يتيح تسجيل الدخول من دون كلمة مرورك.
mail-passkey-removed-subject = أُزيل مفتاح مرور من حسابك في { $brand }
mail-passkey-removed-heading = أُزيل مفتاح مرور
mail-passkey-removed = أُزيل قبل قليل مفتاح مرور من حسابك في { $brand }. لم يعد يتيح تسجيل الدخول.
mail-passkey-copied-subject = ربما نُسخ أحد مفاتيح المرور لحسابك في { $brand }
mail-passkey-copied-heading = ربما نُسخ أحد مفاتيح المرور
mail-passkey-copied = يبدو أن جهازين يستخدمان مفتاح المرور أو مفتاح الأمان نفسه لحسابك في { $brand }. رفضناه ولم يعد يفتح حسابك. أزِله وأضِف مفتاحًا جديدًا.

mail-code-subject = رمزك في { $brand }
mail-code-not-you = لم تطلب هذا؟ تجاهل هذه الرسالة ولا تعطِ الرمز لأحد.
mail-sign-up-code-heading = تأكيد عنوان بريدك الإلكتروني
mail-sign-up-code = أدخل هذا الرمز حيث تنشئ حسابك في { $brand }. وهو صالح لمدة 10 دقائق.
mail-verify-email-heading = تأكيد عنوان بريدك الإلكتروني
mail-verify-email = أدخل هذا الرمز لتأكيد عنوان حسابك في { $brand }. وهو صالح لمدة 10 دقائق.
mail-change-email-heading = تأكيد عنوانك الجديد
mail-change-email = أدخل هذا الرمز ليصبح هذا عنوان حسابك في { $brand }. وهو صالح لمدة 10 دقائق.
mail-sign-in-code-heading = تسجيل الدخول إلى { $brand }
mail-sign-in-code = أدخل هذا الرمز حيث تسجّل الدخول، أو افتح الرابط على الجهاز الذي تريد استخدامه. كلاهما يعمل مرة واحدة خلال 10 دقائق.
mail-reset-subject = اختيار كلمة مرور جديدة في { $brand }
mail-reset-heading = اختيار كلمة مرور جديدة
mail-reset = طلب شخص ما، نرجو أن يكون أنت، كلمة مرور جديدة لحسابك في { $brand }. يعمل هذا الرابط مرة واحدة خلال 30 دقيقة.
mail-reset-not-you = لم تطلب هذا؟ تجاهل هذه الرسالة: لم يتغير شيء.
mail-email-changed-subject = تم تغيير عنوان حسابك في { $brand }
mail-email-changed-heading = تم تغيير عنوان بريدك الإلكتروني
mail-email-changed = أصبح عنوان حسابك في { $brand } هو { $email }.
mail-email-changed-undo = استعادة هذا العنوان
mail-email-changed-not-you = لم تكن أنت؟ استعد هذا العنوان خلال 7 أيام، فيُسجَّل خروج الجميع وتختار كلمة مرور جديدة.
mail-new-device-subject = تسجيل دخول جديد إلى حسابك في { $brand }
mail-new-device-heading = تسجيل دخول جديد
mail-new-device = سجّل شخص ما الدخول إلى حسابك في { $brand } من متصفح لم نره من قبل: { $browser } على { $device }، { $address }، بتاريخ { $moment }.
mail-not-you = لم تكن أنت؟ اختر كلمة مرور جديدة فورًا، فيُسجَّل خروج الآخرين جميعًا.
mail-not-you-button = لم أكن أنا
mail-not-you-lockdown = لم تكن أنت؟ اقفل حسابك خلال 7 أيام، فيُسجَّل خروج الجميع وتختار كلمة مرور جديدة.
mail-number-added-subject = أُضيف رقم هاتف إلى حسابك في { $brand }
mail-number-added-heading = أُضيف رقم هاتف
mail-number-added = تم قبل قليل تأكيد رقم هاتف لحسابك في { $brand }.
mail-recovery-codes-subject = رموز استرداد جديدة لحسابك في { $brand }
mail-recovery-codes-heading = أُنشئت رموز استرداد جديدة
mail-recovery-codes = أُنشئت قبل قليل رموز استرداد جديدة لحسابك في { $brand }، ولم تعد الرموز السابقة تعمل.
mail-locked-down-subject = قُفل حسابك في { $brand }
mail-locked-down-heading = قُفل حسابك
mail-locked-down = أخبرتنا أن شخصًا آخر دخل حسابك في { $brand }. سُجّل خروج الجميع، ولم تعد كلمة المرور تعمل، وأُزيل ما أُضيف في آخر 7 أيام.
mail-locked-down-next = اختر كلمة مرور جديدة لتعود إليه. يعمل الرابط مرة واحدة خلال 30 دقيقة.
mail-locked-down-late = هل الرابط قديم؟ اختر «هل نسيت كلمة المرور؟» في صفحة تسجيل الدخول.
