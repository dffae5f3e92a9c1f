"""Instructions about signing in, rights, licences and personal data."""

from helpdesk.demo.instructions.shape import Instruction, en, ru

ACCESS = (
    Instruction(
        key="sign_in",
        section="Sign-in and accounts",
        author="Mira Sato",
        for_clients=True,
        en=en(
            "I cannot sign in to Meridian",
            "Password, caps lock, locked account and the link that has run out.",
            """
Try these steps in order; most people are back in after the second one.

1. Open the sign-in page from your bookmark, not from an old mail: links in mails work for one hour only.
2. Choose “Forgotten password” and enter your work address. The mail comes within five minutes; look into the junk folder too.
3. Set a password of at least 12 characters that you have not used in the last five.
4. If the page says “account locked”, wait 15 minutes. Every further attempt starts the wait again.
5. Close all browser windows and sign in once more.

If it still fails, write to us with the exact words on the page and the time you tried.
""",
        ),
        ru=ru(
            "Не получается войти в Meridian",
            "Пароль, раскладка, заблокированная учётная запись и устаревшая ссылка.",
            """
Выполните шаги по порядку: чаще всего помогает уже второй.

1. Откройте страницу входа из закладки, а не из старого письма: ссылки в письмах действуют один час.
2. Нажмите «Забыли пароль» и введите рабочий адрес. Письмо приходит в течение пяти минут; проверьте и папку со спамом.
3. Задайте пароль не короче 12 знаков, который не совпадает с пятью последними.
4. Если на странице написано «учётная запись заблокирована», подождите 15 минут. Каждая новая попытка начинает отсчёт заново.
5. Закройте все окна браузера и войдите ещё раз.

Если не помогло, напишите нам точный текст со страницы и время попытки.
""",
        ),
    ),
    Instruction(
        key="unlock",
        section="Sign-in and accounts",
        author="Ada Lind",
        en=en(
            "Unlock an account and check who is asking",
            "For operators: call back before resetting anything.",
            """
A stranger with a good story is how accounts are stolen. Never skip the second step.

1. Find the contact by name or number and open the client's page.
2. Call back on a number we have stored, or ask the client's administrator to confirm by mail.
3. In the console open People, search the address, and read the column “Last failure”.
4. More than 20 failures from different countries: do not unlock. Escalate to Administrators as P2.
5. Otherwise choose Unlock, then Send reset link. Never tell a password on the phone.
6. Write into the ticket whom you called and on which number.
""",
        ),
        ru=ru(
            "Разблокировать учётную запись и проверить, кто просит",
            "Для операторов: сначала перезвонить, потом сбрасывать.",
            """
Учётные записи крадут именно так: вежливый незнакомец с убедительной историей. Второй шаг не пропускайте никогда.

1. Найдите контакт по имени или номеру и откройте страницу клиента.
2. Перезвоните на номер, который записан у нас, или попросите администратора клиента подтвердить просьбу письмом.
3. В консоли откройте «Люди», найдите адрес и посмотрите столбец «Последняя неудача».
4. Больше 20 неудач из разных стран: не разблокируйте, передайте администраторам с приоритетом P2.
5. В остальных случаях нажмите «Разблокировать», затем «Отправить ссылку». Пароль по телефону не сообщаем.
6. Запишите в заявку, кому и на какой номер вы звонили.
""",
        ),
    ),
    Instruction(
        key="roles",
        section="Rights",
        author="Marek Dunn",
        for_clients=True,
        en=en(
            "Who may see which deals",
            "Roles, territories and the sharing list of a single record.",
            """
A person sees a deal when at least one of three things is true.

- The deal is his own.
- His role stands above the owner's role in the same territory.
- Somebody has added him to the sharing list of that deal.

To give access to many deals at once:

1. Open Settings, then Roles, and choose the role.
2. Set “Deals of the territory” to Read or to Edit.
3. Save. It takes up to ten minutes until lists show the change.
4. Ask the colleague to reload the page and to look at one deal by its number.
""",
        ),
        ru=ru(
            "Кто видит какие сделки",
            "Роли, территории и список доступа отдельной записи.",
            """
Сотрудник видит сделку, если выполнено хотя бы одно условие.

- Он сам ответственный.
- Его роль стоит выше роли ответственного в той же территории.
- Его добавили в список доступа этой сделки.

Чтобы открыть доступ сразу ко многим сделкам:

1. Откройте «Настройки», затем «Роли» и выберите роль.
2. Для «Сделки территории» поставьте «Чтение» или «Изменение».
3. Сохраните. В списках изменение видно не позже чем через десять минут.
4. Попросите коллегу обновить страницу и открыть одну из сделок по номеру.
""",
        ),
    ),
    Instruction(
        key="seats",
        section="Licences",
        author="Tom Okafor",
        for_clients=True,
        en=en(
            "Free a licence seat",
            "What happens to the records of somebody who has left.",
            """
1. Open Settings, then People, and choose the person.
2. Press “Hand over records” and choose a successor. Deals, tasks and mails move; notes keep their author.
3. Wait for the notice “Records handed over”. With 10,000 records it takes about five minutes.
4. Press “Deactivate”. The seat is free at once.

Deactivating without the second step leaves deals without an owner, and reports show them under “nobody”.
""",
        ),
        ru=ru(
            "Освободить лицензию",
            "Что происходит с записями уволившегося сотрудника.",
            """
1. Откройте «Настройки», затем «Люди» и выберите сотрудника.
2. Нажмите «Передать записи» и выберите преемника. Сделки, задачи и письма перейдут к нему, у заметок останется прежний автор.
3. Дождитесь сообщения «Записи переданы». На 10 000 записей уходит около пяти минут.
4. Нажмите «Отключить». Лицензия освободится сразу.

Если пропустить второй шаг, сделки останутся без ответственного, и в отчётах они попадут в строку «никто».
""",
        ),
    ),
    Instruction(
        key="erase",
        section="Personal data",
        author="Mira Sato",
        en=en(
            "A client asks to erase or to hand out personal data",
            "One month, two pairs of eyes, and nothing by mail.",
            """
The law gives the client one month; we promise ten working days.

1. Check that the request comes from the client's own data protection contact. If not, ask that person to confirm.
2. Open Personal data in the console and search by address and by phone. People often stand there twice.
3. Press Export and put the file into the client's protected folder. Never attach it to a mail.
4. For an erasure choose Dry run and send the list of what would go to the contact for approval.
5. After approval a second colleague of Administrators presses Erase.
6. Note the number of the protocol in the ticket. Nothing else about the person.
""",
        ),
        ru=ru(
            "Клиент просит удалить или выдать персональные данные",
            "Один месяц, две пары глаз и ничего по почте.",
            """
По закону у клиента есть месяц, мы обещаем десять рабочих дней.

1. Убедитесь, что просьба пришла от ответственного за данные у клиента. Если нет, попросите его подтвердить.
2. В консоли откройте «Персональные данные» и найдите человека по адресу и по телефону: часто он записан дважды.
3. Нажмите «Выгрузить» и положите файл в защищённую папку клиента. К письму файл не прикладываем.
4. Для удаления выберите «Пробный запуск» и отправьте список на согласование.
5. После согласования второй сотрудник группы администраторов нажимает «Удалить».
6. Запишите в заявку номер протокола и ничего больше о человеке.
""",
        ),
    ),
)
