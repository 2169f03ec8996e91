# البريد الذي كان خادم التطوير سيرسله.

outbox-title = صندوق الصادر
outbox-lead = البريد الذي كان خادم التطوير هذا سيرسله. لم يغادر شيء هذا الجهاز.
outbox-empty = لا يوجد بريد بعد.
outbox-to-whom = إلى { $to }
outbox-all = كل البريد
outbox-from = من
outbox-to = إلى
outbox-sent = أُرسل
