"""Sentences that every story shares: greetings, thanks, reasons for waiting and returning, in two languages."""

from helpdesk.demo.stories.shape import Phrases
from helpdesk.tickets.rules import ReturnReason

EN = Phrases(
    hello=("Hello,", "Good morning,", "Dear support team,", "Hi,", "Hello Fernhill,"),
    regards=("Kind regards", "Best regards", "Many thanks", "Regards"),
    dear=("Hello {client},", "Dear {client},", "Good day {client},"),
    looking=(
        "thank you for the clear description. I am looking into it now and will write again today.",
        "I see the same thing here. Give me a little time to find out where it comes from.",
        "thank you, that helps. I am checking your settings and the log of {day} and come back to you.",
    ),
    passing=(
        "I have checked what I can from here. A colleague from our administrators looks at your system next; I stay your contact and will write as soon as we know more.",
        "this needs somebody who can look into the system itself. I have described everything to our second line, you need not explain it again.",
        "I could not find it with the usual steps, so our specialists take over. You will hear from me either way.",
    ),
    thanks=(
        "Yes, it works now. Thank you for the quick help!",
        "That was it. Thanks a lot.",
        "Perfect, everybody here can work again. Thank you.",
    ),
    nudges=(
        "Is there any news on this? My manager keeps asking.",
        "Just a short question: do you know yet when this will be solved?",
        "I have not heard anything since {day}. Could you tell me where we stand?",
    ),
    again=(
        "I am sorry, it has come back this morning, exactly as before.",
        "It worked for two days, and now I see the same message again.",
        "Unfortunately this is not quite solved: {colleague} still has the problem.",
    ),
    again_answer=(
        "thank you for telling us. The change had reached only a part of your people; I have repeated it for all and checked it with two accounts.",
        "you are right, one setting had gone back to its old value over night. I have set it again and pinned it, so that it stays.",
    ),
    wait_client=(
        "The client sends an example with a record number",
        "Waiting for the answer to our question",
        "The client tries the steps and tells us",
        "Needs the consent of the client's IT",
    ),
    wait_other=(
        "The mail provider is looking into its log",
        "The data centre changes the part in tonight's window",
        "The client's telephone supplier answers tomorrow",
    ),
    less_urgent=(
        "There is a way around it and nobody is stopped.",
        "One person is hit, and the list can be used meanwhile.",
    ),
    silent="No answer to two mails in five working days; resolved from our side, an answer opens it again.",
    configuration=(
        "Meridian {version}, cloud, {browser}",
        "Meridian {version}, own server, {browser}, VPN",
        "Meridian {version}, cloud, single sign-on, {browser}",
    ),
    returns={
        ReturnReason.INFORMATION_MISSING: (
            "Please ask for one record number and the exact time; without them I would have to search a whole day.",
            "Which of the two environments is it? The log of the live one shows nothing.",
        ),
        ReturnReason.STEPS_NOT_TRIED: (
            "The instruction has a trial run as its third step. Please do that first and send me the report.",
            "Please start the connection anew once, as the instruction says. If that does not help, it is ours.",
        ),
        ReturnReason.WRONG_LINE: ("This is a matter of rights, which line 1 may change itself.",),
        ReturnReason.CLIENT_CAN_DO_IT: (
            "The client's own administrator can do this under Settings; please send the instruction.",
        ),
        ReturnReason.ANSWERED: (
            "{finding} Please tell the client and ask whether it is gone.",
            "{finding} From our side it is done; the client should look once more.",
        ),
    },
    after_return=(
        "our specialists need one more thing from you to find it quickly. {question}",
        "to be certain we look at the right place: {question}",
    ),
    up_again=(
        "The client has answered: {details}",
        "Done as asked, no change. The client adds: {details}",
    ),
    noted=(
        ("Asked for our opening hours", "Told the hours and the number for nights. No ticket wanted."),
        (
            "Wanted to know when version 8.5 comes",
            "Said that the date is on the release page; will read there.",
        ),
        ("Rang to say thanks", "The mailboxes run well since Tuesday. Passed it on to the team."),
        ("Asked for training dates", "Gave the address of the academy."),
        ("Looking for somebody in sales", "Put through to sales."),
    ),
    spam=(
        (
            "Boost your sales by 300 percent",
            "Dear Sir, our experts will boost your ranking within days. Answer for a free offer.",
        ),
        (
            "Unpaid invoice, last reminder",
            "Your parcel is waiting. Open the enclosed file to see the amount.",
        ),
    ),
    machine=(
        (
            "Backup report: finished with warnings",
            "Job nightly-copy finished with 2 warnings. 0 files failed. This mail was written by a machine.",
        ),
        (
            "Printer on floor 2: toner low",
            "Device reports: toner black below 10 percent. Do not answer this message.",
        ),
    ),
    colleagues=("Sarah", "Anna", "Rachel", "Mrs Holt", "Julia", "Emma"),
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    calls_again=(
        "Rings to ask how far we are. Says they can wait until tomorrow, not longer.",
        "Rings again: it happened once more at {clock}, record {deal}.",
    ),
    strangers=(
        (
            "Question about my account",
            "Hello,\n\nI used to work with Meridian at my former company and have moved. Can you tell me how I get my saved lists into the new account? I write from my private address because the new one is not ready yet.\n\nPeter",
        ),
        (
            "Offer number 4417",
            "Good day,\n\nI got an offer from one of your clients by mail, but the link in it says that it has run out. Whom do I ask for a new one?\n\nThank you",
        ),
    ),
    reproduced=(
        "Repeated in our own environment with a copy of {deal}: same result, so it is no setting of the client. The log has the request at {clock}. This is for the developers.",
        "Settings, rights and log compared with a client where it works: no difference. With {version} it happens every time, with the version before it does not.",
        "Seen with a test account at {clock}. Nothing can be changed from our side without a change in the program.",
    ),
    closing=(
        "We have found the cause and corrected it on our side. In the log it has run as it should since then. Please try once more and tell us if anything is still different.",
        "The change is made. I have tried it with a test record and it works; please have a look whether it does for you too.",
    ),
    closing_note=(
        "Cause found and corrected, checked in the log.",
        "Changed as asked, tried with a test record.",
    ),
)

RU = Phrases(
    hello=("Здравствуйте!", "Добрый день!", "Доброе утро!", "Уважаемые коллеги!", "Приветствую!"),
    regards=("С уважением,", "Заранее спасибо,", "Всего доброго,", "С наилучшими пожеланиями,"),
    dear=("Здравствуйте, {client}!", "Добрый день, {client}!"),
    looking=(
        "Спасибо за подробное описание. Уже разбираюсь, сегодня напишу ещё раз.",
        "У меня воспроизводится то же самое. Дайте немного времени, чтобы найти причину.",
        "Спасибо, это помогает. Проверяю ваши настройки и журнал и вернусь с ответом.",
    ),
    passing=(
        "Всё, что можно проверить отсюда, уже проверено. Дальше вашу систему посмотрит наш администратор; пишите по-прежнему сюда, сообщим, как только станет известно больше.",
        "Здесь нужен человек, который может заглянуть в саму систему. Мы всё описали второй линии, повторять ничего не придётся.",
        "Обычные шаги не помогли, поэтому подключаем специалистов. О результате сообщим в любом случае.",
    ),
    thanks=(
        "Да, теперь работает. Спасибо за быструю помощь!",
        "Всё получилось, большое спасибо.",
        "Отлично, все снова работают. Спасибо!",
    ),
    nudges=(
        "Есть ли новости по этому вопросу? Руководитель спрашивает каждый день.",
        "Подскажите, пожалуйста, когда ждать решения?",
        "С начала недели нет вестей. На какой мы стадии?",
    ),
    again=(
        "К сожалению, сегодня утром всё повторилось, точно так же.",
        "Два дня работало, а теперь снова то же сообщение.",
        "Увы, решено не до конца: у коллеги ({colleague}) ошибка осталась.",
    ),
    again_answer=(
        "Спасибо, что написали. Изменение дошло не до всех сотрудников; мы повторили его для каждого и проверили на двух учётных записях.",
        "Вы правы: ночью одна настройка вернулась к старому значению. Мы поставили её снова и закрепили, больше она не изменится.",
    ),
    wait_client=(
        "Клиент пришлёт пример с номером записи",
        "Ждём ответа на наш вопрос",
        "Клиент выполняет шаги и сообщит результат",
        "Нужно согласие ИТ-отдела клиента",
    ),
    wait_other=(
        "Почтовый провайдер смотрит свой журнал",
        "Дата-центр заменит узел в ночное окно",
        "Поставщик телефонии клиента ответит завтра",
    ),
    less_urgent=(
        "Есть обходной путь, никто не стоит.",
        "Затронут один человек, пока можно работать со списком.",
    ),
    silent="Пять рабочих дней нет ответа на два письма; закрываем со своей стороны, ответ откроет заявку снова.",
    configuration=(
        "Meridian {version}, облако, {browser}",
        "Meridian {version}, свой сервер, {browser}, VPN",
        "Meridian {version}, облако, единый вход, {browser}",
    ),
    returns={
        ReturnReason.INFORMATION_MISSING: (
            "Нужен номер одной записи и точное время, иначе придётся перебирать журнал за целый день.",
            "О какой из двух сред речь? В журнале рабочей ничего нет.",
        ),
        ReturnReason.STEPS_NOT_TRIED: (
            "В инструкции третьим шагом идёт пробный запуск. Выполните его, пожалуйста, и пришлите отчёт.",
            "Подключите, пожалуйста, заново один раз, как в инструкции. Если не поможет, это к нам.",
        ),
        ReturnReason.WRONG_LINE: ("Это вопрос прав, первая линия может изменить их сама.",),
        ReturnReason.CLIENT_CAN_DO_IT: (
            "Администратор клиента может сделать это сам в настройках; отправьте, пожалуйста, инструкцию.",
        ),
        ReturnReason.ANSWERED: (
            "{finding} Сообщите, пожалуйста, клиенту и спросите, пропала ли ошибка.",
            "{finding} С нашей стороны готово, пусть клиент проверит ещё раз.",
        ),
    },
    after_return=(
        "Чтобы специалисты быстрее нашли причину, нужно ещё одно уточнение. {question}",
        "Чтобы мы точно смотрели в нужное место: {question}",
    ),
    up_again=(
        "Клиент ответил: {details}",
        "Сделали, как просили, без изменений. Клиент добавляет: {details}",
    ),
    noted=(
        ("Вопрос о часах работы", "Назвали часы и ночной номер. Заявка не нужна."),
        ("Когда выйдет версия 8.5", "Подсказали, что дата есть на странице выпусков."),
        ("Позвонили поблагодарить", "С почтой всё хорошо со вторника. Передали команде."),
        ("Вопрос про обучение", "Дали адрес академии."),
        ("Искали отдел продаж", "Переключили на продажи."),
    ),
    spam=(
        (
            "Увеличим ваши продажи втрое",
            "Уважаемые господа, наши специалисты поднимут ваш сайт за считаные дни. Ответьте и получите предложение.",
        ),
        (
            "Неоплаченный счёт, последнее напоминание",
            "Ваша посылка ожидает. Откройте вложение, чтобы увидеть сумму.",
        ),
    ),
    machine=(
        (
            "Отчёт резервного копирования: есть предупреждения",
            "Задание nightly-copy завершено, предупреждений: 2, ошибок: 0. Письмо создано автоматически.",
        ),
        (
            "Принтер на втором этаже: мало тонера",
            "Устройство сообщает: чёрного тонера меньше 10 процентов. Не отвечайте на это письмо.",
        ),
    ),
    colleagues=("Светлана", "Алина", "Марина Сергеевна", "Наташа", "Ольга", "Вера"),
    days=("понедельник", "вторник", "среду", "четверг", "пятницу"),
    calls_again=(
        "Звонит узнать, как продвигается. Могут подождать до завтра, но не дольше.",
        "Звонит снова: повторилось в {clock}, запись {deal}.",
    ),
    strangers=(
        (
            "Вопрос по учётной записи",
            "Здравствуйте!\n\nРаньше работал с Meridian в другой компании, теперь перешёл на новое место. Как перенести свои сохранённые списки? Пишу с личного адреса, рабочий ещё не готов.\n\nАндрей",
        ),
        (
            "Ссылка в предложении не открывается",
            "Добрый день!\n\nПолучил от вашего клиента предложение, но ссылка в нём уже не действует. К кому обратиться за новой?\n\nСпасибо",
        ),
    ),
    reproduced=(
        "Повторили у себя на копии {deal}: то же самое, значит, дело не в настройках клиента. Запрос есть в журнале, время {clock}. Это к разработчикам.",
        "Сравнили настройки, права и журнал с клиентом, у которого всё работает: различий нет. В {version} повторяется всегда, в прошлой версии нет.",
        "Видели на пробной учётной записи в {clock}. Без изменения программы с нашей стороны ничего не сделать.",
    ),
    closing=(
        "Причина найдена и устранена на нашей стороне. По журналу с тех пор всё работает как положено. Проверьте, пожалуйста, и напишите, если что-то ещё не так.",
        "Изменение внесено. На пробной записи всё работает; посмотрите, пожалуйста, получается ли теперь и у вас.",
    ),
    closing_note=(
        "Причина найдена и устранена, проверено по журналу.",
        "Изменено по просьбе, проверено на пробной записи.",
    ),
)
PHRASES = {"en": EN, "ru": RU}

# Whom such a waiting is for, by its words.
PARTIES = {
    "The mail provider is looking into its log": "Nordpost",
    "The data centre changes the part in tonight's window": "Kabel & Rack",
    "The client's telephone supplier answers tomorrow": "Fernruf",
    "Почтовый провайдер смотрит свой журнал": "Нордпост",
    "Дата-центр заменит узел в ночное окно": "Кабель и стойка",
    "Поставщик телефонии клиента ответит завтра": "Фернруф",
}
