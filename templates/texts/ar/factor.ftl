# العامل الثاني: تقديمه وإضافته، والرموز ليوم ضياعه.

factor-title = خطوة أخرى
factor-to-continue = للمتابعة إلى { $app }
factor-totp = أدخل الأرقام الستة التي يعرضها تطبيق المصادقة الآن.
factor-recovery = أدخل أحد رموز الاسترداد التي حفظتها. كل رمز يعمل مرة واحدة.
factor-code = الرمز
factor-recovery-code = رمز الاسترداد
factor-trust = عدم طلب ذلك على هذا الجهاز لمدة 30 يومًا
factor-continue = متابعة
factor-use-totp = استخدام تطبيق المصادقة
factor-use-recovery = استخدام رمز استرداد
factor-account = تسجيل الدخول باسم { $email }.
factor-start-again = البدء من جديد
factor-failed = لم ينجح ذلك
factor-wrong = الرمز غير صحيح أو سبق استخدامه. انتظر الرمز التالي ثم حاول مرة أخرى.
factor-wrong-recovery = رمز الاسترداد هذا غير صحيح أو سبق استخدامه. تحقّق منه أو استخدم رمزًا آخر.
factor-too-many = محاولات كثيرة جدًا
factor-wait = انتظر { $wait } قبل أن تحاول مرة أخرى.
factor-sms = أدخل الرمز الذي أرسلناه إلى هاتفك.
factor-sms-offer = يمكننا إرسال رمز في رسالة نصية إلى رقمك المنتهي بالأرقام { $number }.
factor-use-sms = إرسال رسالة نصية إليّ
factor-ended = أُدخلت خمسة رموز غير صحيحة. سجّل الدخول مجددًا من البداية.
