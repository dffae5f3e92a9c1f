"""Instructions about reports, telephones, interfaces and how the desk itself works."""

from helpdesk.demo.instructions.shape import Instruction, en, ru

SYSTEMS = (
    Instruction(
        key="reports",
        section="Reports",
        author="Marek Dunn",
        for_clients=True,
        en=en(
            "A report shows another total than the list",
            "Filters, currencies and the hour at which figures are counted.",
            """
1. Open the report and read the line “Counted at”. Reports count once an hour, lists at once.
2. Press “Show filter” on both. Closed and deleted records are hidden in lists but may count in reports.
3. Check the currency: reports convert at the rate of the closing day, lists at today's.
4. Export both as a table and compare the numbers of the records, not the totals.
5. If a record is missing from the report, note its number and write to us.
""",
        ),
        ru=ru(
            "Итог в отчёте не совпадает со списком",
            "Фильтры, валюты и час, в который считаются цифры.",
            """
1. Откройте отчёт и прочитайте строку «Посчитано в». Отчёты считаются раз в час, списки сразу.
2. Нажмите «Показать фильтр» там и там. Закрытые и удалённые записи в списке скрыты, а в отчёт могут попадать.
3. Проверьте валюту: отчёт пересчитывает по курсу дня закрытия, список по сегодняшнему.
4. Выгрузите то и другое в таблицу и сравните номера записей, а не суммы.
5. Если какой-то записи в отчёте нет, запишите её номер и напишите нам.
""",
        ),
    ),
    Instruction(
        key="slow",
        section="Reports",
        author="Lev Orlov",
        en=en(
            "Pages and dashboards have become slow",
            "What to measure before anybody restarts anything.",
            """
1. Ask since when, for whom, and on which page. One person is a browser, one office is a line, everybody is us.
2. Look at the state page of the region. If it is yellow, join the ticket to the outage.
3. Ask for the number at the foot of the slow page (eight letters and digits). It finds the request in our log.
4. In the console open Requests, enter the number, read “database” and “network”.
5. Database over 2 seconds: escalate to Administrators with the number and the name of the report.
6. Network over 2 seconds: ask the client's IT to test without VPN.
""",
        ),
        ru=ru(
            "Страницы и панели стали медленными",
            "Что измерить, прежде чем что-нибудь перезапускать.",
            """
1. Спросите, с какого времени, у кого и на какой странице. Один человек — браузер, один офис — канал, все — мы.
2. Посмотрите страницу состояния региона. Если она жёлтая, присоедините заявку к аварии.
3. Попросите номер внизу медленной страницы (восемь букв и цифр). По нему запрос находится в журнале.
4. В консоли откройте «Запросы», введите номер, посмотрите «база» и «сеть».
5. База дольше 2 секунд: передайте администраторам номер и название отчёта.
6. Сеть дольше 2 секунд: попросите ИТ клиента проверить без VPN.
""",
        ),
    ),
    Instruction(
        key="phone_link",
        section="Telephone",
        author="Priya Nair",
        en=en(
            "Calls are not logged or the card does not open",
            "The chain from the exchange to the card, link by link.",
            """
1. Ask for one call that is missing: number, time, extension.
2. In the console open Telephone, Events. If the call is there, the fault is in Meridian; if not, at the exchange.
3. Event there, no card: the person's extension is missing in the profile. Enter it, without leading zeros.
4. Event missing: check that the exchange's address is still allowed under Telephone, Sources.
5. Let the client ring the extension once and watch the events live.
6. Nothing comes in: hand over to Administrators with call, time and extension.
""",
        ),
        ru=ru(
            "Звонки не записываются или не открывается карточка",
            "Цепочка от АТС до карточки, звено за звеном.",
            """
1. Спросите про один пропавший звонок: номер, время, внутренний номер.
2. В консоли откройте «Телефония», «События». Если звонок там есть, дело в Meridian, если нет — в АТС.
3. Событие есть, карточки нет: у сотрудника в профиле не указан внутренний номер. Впишите его без нулей впереди.
4. События нет: проверьте, что адрес АТС разрешён в разделе «Телефония», «Источники».
5. Попросите клиента один раз позвонить на этот номер и смотрите события вживую.
6. Ничего не приходит: передайте администраторам звонок, время и внутренний номер.
""",
        ),
    ),
    Instruction(
        key="webhooks",
        section="Interfaces",
        author="Priya Nair",
        for_clients=True,
        en=en(
            "Webhooks do not arrive",
            "Delivery log, answers that count as failure, and sending again.",
            """
1. Open Settings, Interfaces, Webhooks and choose the address.
2. Read the delivery log. Anything but an answer 200 to 299 within ten seconds counts as failed.
3. After 50 failures in a row the webhook is switched off and the owner gets a mail.
4. Mend the receiving side, then press Switch on.
5. Press “Send again” for the failed ones. We keep them for 72 hours.
6. The signature changes when the secret is renewed; check it against the new secret.
""",
        ),
        ru=ru(
            "Вебхуки не приходят",
            "Журнал доставки, какие ответы считаются ошибкой и повторная отправка.",
            """
1. Откройте «Настройки», «Интерфейсы», «Вебхуки» и выберите адрес.
2. Посмотрите журнал доставки. Всё, кроме ответа 200–299 в течение десяти секунд, считается ошибкой.
3. После 50 ошибок подряд вебхук отключается, а владельцу приходит письмо.
4. Исправьте принимающую сторону и нажмите «Включить».
5. Нажмите «Отправить ещё раз» для неудачных. Мы храним их 72 часа.
6. Подпись меняется вместе с секретом: проверяйте её по новому секрету.
""",
        ),
    ),
    Instruction(
        key="limits",
        section="Interfaces",
        author="Sam Ito",
        for_clients=True,
        en=en(
            "The interface answers “too many requests”",
            "How much is allowed and how to ask in batches.",
            """
Each client may ask 600 times a minute and 200,000 times a day.

1. Read the header Retry-After of the answer and wait that many seconds.
2. Replace single reads by the batch address: up to 200 records count as one request.
3. Ask for changes since the last run instead of everything.
4. Let two jobs not start at the same full hour.
5. Under Settings, Interfaces, Use you see which key asks how often.
""",
        ),
        ru=ru(
            "Интерфейс отвечает «слишком много запросов»",
            "Сколько разрешено и как спрашивать пакетами.",
            """
Каждому клиенту разрешено 600 запросов в минуту и 200 000 в сутки.

1. Прочитайте в ответе заголовок Retry-After и подождите столько секунд.
2. Замените одиночные чтения пакетным адресом: до 200 записей считаются одним запросом.
3. Запрашивайте изменения с прошлого раза, а не всё подряд.
4. Не запускайте два задания в один и тот же ровный час.
5. В разделе «Настройки», «Интерфейсы», «Расход» видно, какой ключ как часто обращается.
""",
        ),
    ),
    Instruction(
        key="outage",
        section="How we work",
        author="Mira Sato",
        en=en(
            "A client says that everything is down",
            "The first ten minutes of an outage.",
            """
1. Look at the state page and at the list of tickets of the last hour.
2. Open one page of the client's desk yourself. Note the exact time and the answer.
3. Raise the priority to P1 and say to the client: “I see it too”, or “I do not see it, please stay on the line”.
4. Ring the Administrators, do not only hand over. Outside office hours ring the person on call.
5. Write to the client every 30 minutes, also when there is nothing new.
6. Afterwards: cause, from when to when, how many were hit, into the resolution.
""",
        ),
        ru=ru(
            "Клиент говорит, что ничего не работает",
            "Первые десять минут аварии.",
            """
1. Посмотрите страницу состояния и заявки за последний час.
2. Сами откройте одну из страниц клиента. Запишите точное время и ответ.
3. Поднимите приоритет до P1 и скажите клиенту: «Я тоже это вижу» или «У меня открывается, останьтесь на линии».
4. Позвоните администраторам, не ограничивайтесь передачей. Вне рабочих часов звоните дежурному.
5. Пишите клиенту каждые 30 минут, даже если новостей нет.
6. После: причина, с какого и до какого времени, скольких затронуло — в запись о решении.
""",
        ),
    ),
    Instruction(
        key="handing_up",
        section="How we work",
        author="Marek Dunn",
        en=en(
            "What line 2 needs to know",
            "A card that does not come back.",
            """
Half of all returns have one reason: the next line would have to ask the client again.

- Symptom: what the client sees, in his words, with the exact text of the message.
- When and how often: the first time, the last time, every time or sometimes.
- Who: one person, a department, everybody. One name and one record number to try it on.
- Tried: every step, also those that did not help.
- Configuration: version, region, browser, own server or cloud.
- Asked: one question that can be answered.
""",
        ),
        ru=ru(
            "Что нужно знать второй линии",
            "Карточка, которую не вернут.",
            """
У половины возвратов одна причина: следующей линии пришлось бы снова спрашивать клиента.

- Симптом: что видит клиент, его словами, с точным текстом сообщения.
- Когда и как часто: первый раз, последний раз, всегда или иногда.
- Кто: один человек, отдел, все. Одно имя и один номер записи для проверки.
- Что сделано: каждый шаг, включая те, что не помогли.
- Конфигурация: версия, регион, браузер, свой сервер или облако.
- Вопрос: один, и такой, на который можно ответить.
""",
        ),
    ),
)
