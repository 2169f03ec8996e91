# تسجيل الخروج.

logout-heading = هل تريد تسجيل الخروج؟
logout-lead = سينهي هذا جلستك في هذا المتصفح.
logout-lead-app = يريد { $app } تسجيل خروجك. سينهي هذا جلستك في هذا المتصفح.
logout-stay = الإبقاء على الجلسة
logout-stayed-title = ما زالت الجلسة مفتوحة
logout-stayed = ما زالت جلستك مفتوحة
logout-stayed-lead = لم يتغيّر شيء. يمكنك إغلاق هذه النافذة.
logout-done-title = تم تسجيل الخروج
logout-done = تم تسجيل خروجك
logout-done-lead = انتهت جلستك في هذا المتصفح. إن كنت تستخدم جهازًا مشتركًا، فأغلق كل نوافذ المتصفح أيضًا.
logout-again = تسجيل الدخول مجددًا
