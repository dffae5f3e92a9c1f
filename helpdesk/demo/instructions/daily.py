"""Instructions about everyday work: mail, calendar, import, printing, telephone, mobile."""

from helpdesk.demo.instructions.shape import Instruction, en, ru

DAILY = (
    Instruction(
        key="mail_link",
        section="Mail and calendar",
        author="Ada Lind",
        for_clients=True,
        en=en(
            "Mails no longer appear at the deal",
            "Reconnect the mailbox and catch up with what was missed.",
            """
Mails stop appearing when the mailbox's permission has run out, usually after a password change.

1. Open your profile in Meridian, then Mailbox.
2. If there is a yellow line “Permission has run out”, press Reconnect and sign in to your mail provider.
3. Set “Look back” to the day on which the last mail appeared, at most 30 days.
4. Press Fetch now and wait for the number of mails to stop growing.
5. Open one deal and look at the tab Mail.

Mails to addresses that are not stored at any contact never appear; add the address first.
""",
        ),
        ru=ru(
            "Письма не появляются в сделке",
            "Подключить ящик заново и забрать пропущенное.",
            """
Письма перестают появляться, когда истекает разрешение на доступ к ящику, обычно после смены пароля.

1. Откройте свой профиль в Meridian, затем «Почтовый ящик».
2. Если видна жёлтая строка «Разрешение истекло», нажмите «Подключить заново» и войдите в почту.
3. В поле «Забрать с» укажите день, когда пришло последнее письмо, но не больше 30 дней назад.
4. Нажмите «Забрать сейчас» и дождитесь, пока число писем перестанет расти.
5. Откройте любую сделку и проверьте вкладку «Почта».

Письма на адреса, которых нет ни у одного контакта, не появятся: сначала добавьте адрес.
""",
        ),
    ),
    Instruction(
        key="calendar",
        section="Mail and calendar",
        author="Tom Okafor",
        for_clients=True,
        en=en(
            "Appointments are shifted or doubled",
            "Time zones, two connections at once, and how to start the calendar anew.",
            """
1. Compare the time zone in your Meridian profile with the one in your calendar program. They must be the same.
2. In Profile, Calendar, check that only one connection is listed. Two of them copy each other's entries.
3. Remove the older connection and choose “Keep entries in my calendar”.
4. Press Start anew. Doubled entries disappear during the next hour.
5. Create a test appointment for tomorrow at 10:00 and look at it in both places.
""",
        ),
        ru=ru(
            "Встречи сдвинуты или задвоены",
            "Часовой пояс, два подключения сразу и как начать синхронизацию заново.",
            """
1. Сравните часовой пояс в профиле Meridian и в программе календаря. Они должны совпадать.
2. В разделе «Профиль», «Календарь» должно быть только одно подключение. Два подключения копируют встречи друг у друга.
3. Удалите старое подключение и выберите «Оставить записи в моём календаре».
4. Нажмите «Начать заново». Лишние встречи исчезнут в течение часа.
5. Создайте пробную встречу на завтра в 10:00 и посмотрите на неё в обоих местах.
""",
        ),
    ),
    Instruction(
        key="import",
        section="Import and export",
        author="Ada Lind",
        for_clients=True,
        en=en(
            "Import contacts from a table without doubles",
            "Format of the file, matching columns, and the trial run.",
            """
1. Save the table as CSV with the encoding UTF-8 and one heading row.
2. Phone numbers need the country code; put the column's format to Text, or the plus sign is lost.
3. In Contacts choose Import, then “Trial run”.
4. As the key choose the mail address, never the name.
5. Read the report: “new”, “changed”, “refused with reason”.
6. Correct the refused rows and start the import itself. 5,000 rows take about ten minutes.

An import can be undone for seven days under Contacts, Import, History.
""",
        ),
        ru=ru(
            "Загрузить контакты из таблицы без повторов",
            "Формат файла, сопоставление столбцов и пробный запуск.",
            """
1. Сохраните таблицу в CSV в кодировке UTF-8 с одной строкой заголовков.
2. Телефоны пишите с кодом страны, столбец оформите как текст, иначе потеряется плюс.
3. В разделе «Контакты» выберите «Импорт», затем «Пробный запуск».
4. Ключом укажите адрес почты, а не имя.
5. Прочитайте отчёт: «новые», «изменённые», «отклонено с причиной».
6. Исправьте отклонённые строки и запустите сам импорт. 5000 строк загружаются около десяти минут.

Импорт можно отменить в течение семи дней: «Контакты», «Импорт», «История».
""",
        ),
    ),
    Instruction(
        key="doubles",
        section="Import and export",
        author="Nina Volkova",
        for_clients=True,
        en=en(
            "Merge duplicate contacts and deals",
            "Which record stays, and what cannot be undone.",
            """
1. Open the record that should stay and press Find duplicates.
2. Tick the others. At most ten can be merged at once.
3. For each field choose which value stays. Mails, notes and tasks of all records are kept.
4. Press Merge. The numbers of the merged records lead to the one that stays.

Merging cannot be undone. If two people only share an address, do not merge; write the second address to the second person.
""",
        ),
        ru=ru(
            "Объединить повторяющиеся контакты и сделки",
            "Какая запись остаётся и чего нельзя отменить.",
            """
1. Откройте запись, которая должна остаться, и нажмите «Найти повторы».
2. Отметьте остальные. За один раз объединяется не больше десяти.
3. Для каждого поля выберите, какое значение останется. Письма, заметки и задачи сохранятся от всех записей.
4. Нажмите «Объединить». Номера объединённых записей будут вести к оставшейся.

Объединение нельзя отменить. Если у двух человек просто общий адрес, не объединяйте их, а запишите второму его собственный.
""",
        ),
    ),
    Instruction(
        key="print",
        section="Documents",
        author="Tom Okafor",
        for_clients=True,
        en=en(
            "Quotes print with a wrong layout or an empty page",
            "Template, paper size and the browser's own margins.",
            """
1. Press “Create PDF” instead of printing from the browser: the browser adds its own margins.
2. In Settings, Documents, check the paper size of the template. A4 and Letter differ by 18 mm.
3. A logo wider than 1,200 pixels pushes the table to a second page. Make it smaller.
4. An empty last page comes from blank lines below the signature. Delete them in the template.
5. Save the template and create the PDF again; old PDFs stay as they were.
""",
        ),
        ru=ru(
            "Счёт печатается криво или с пустой страницей",
            "Шаблон, размер бумаги и поля самого браузера.",
            """
1. Нажимайте «Создать PDF», а не печать в браузере: браузер добавляет свои поля.
2. В разделе «Настройки», «Документы» проверьте размер бумаги у шаблона. A4 и Letter различаются на 18 мм.
3. Логотип шире 1200 точек сдвигает таблицу на вторую страницу. Уменьшите его.
4. Пустая последняя страница появляется из-за лишних строк под подписью. Удалите их в шаблоне.
5. Сохраните шаблон и создайте PDF ещё раз; старые PDF не изменятся.
""",
        ),
    ),
    Instruction(
        key="mobile",
        section="Mobile app",
        author="Nina Volkova",
        for_clients=True,
        en=en(
            "The mobile app does not show today's data",
            "Background refresh, battery saving and how to start the app's store anew.",
            """
1. Pull the list down. If the time under the title does not change, go on.
2. Allow the app to work in the background and exempt it from battery saving.
3. Sign out in the app and in again. Drafts are kept.
4. If the list stays old, choose More, Storage, Empty. The app loads the last 90 days anew, about 40 MB.
5. Check that the version under More, About is 6.2 or newer.
""",
        ),
        ru=ru(
            "В мобильном приложении старые данные",
            "Фоновая работа, экономия батареи и как очистить хранилище.",
            """
1. Потяните список вниз. Если время под заголовком не изменилось, идите дальше.
2. Разрешите приложению работать в фоне и исключите его из экономии батареи.
3. Выйдите в приложении и войдите снова. Черновики сохранятся.
4. Если список всё ещё старый, выберите «Ещё», «Хранилище», «Очистить». Приложение заново загрузит 90 дней, примерно 40 МБ.
5. Проверьте, что в разделе «Ещё», «О программе» версия не ниже 6.2.
""",
        ),
    ),
)
