# ما يطلبه تطبيق. يصبح <policy>…</policy> و<terms>…</terms> رابطين.

consent-title = السماح بالوصول
consent-heading = هل تريد السماح للتطبيق { $app } باستخدام حسابك؟
consent-will = سيتمكن هذا التطبيق من
consent-allow = السماح
consent-deny = عدم السماح
consent-sent-to = ستُنقل إلى { $host }.
consent-sent-to-device = ستُنقل إلى تطبيق على هذا الجهاز.
consent-take-back = يمكنك سحب هذا الإذن في أي وقت من حسابك.
consent-read-both = اقرأ <policy>سياسة الخصوصية</policy> و<terms>الشروط</terms> الخاصة بهذا التطبيق.
consent-read-policy = اقرأ <policy>سياسة الخصوصية</policy> الخاصة بهذا التطبيق.
consent-read-terms = اقرأ <terms>الشروط</terms> الخاصة بهذا التطبيق.
consent-taking-you = جارٍ نقلك إلى { $app }
consent-nothing-happens = إذا لم يحدث شيء، فاستخدم الزر.

# ما يعنيه كل إذن
consent-openid = التعرّف عليك
consent-openid-detail = معرفة هويتك عند عودتك
consent-profile = رؤية ملفك الشخصي
consent-profile-detail = الاسم والصورة وسائر ما في ملفك الشخصي
consent-email = رؤية عنوان بريدك الإلكتروني
consent-address = رؤية عنوانك البريدي
consent-phone = رؤية رقم هاتفك
consent-groups = رؤية المجموعات التي تنتمي إليها
consent-roles = رؤية أدوارك
consent-offline = الاحتفاظ بالوصول أثناء غيابك
consent-offline-detail = إلى أن تسحبه من حسابك
consent-api = استخدام { $api } نيابةً عنك
