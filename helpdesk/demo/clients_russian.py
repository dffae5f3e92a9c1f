"""The client companies that write in Russian; all invented."""

from helpdesk.demo.client_shape import Client, Human

RUSSIAN = (
    Client(
        name="Алмаз-Техника",
        domains=("almaz-tech.example",),
        region="RU",
        zone="Europe/Moscow",
        language="ru",
        phone="+7 495 000-11-00",
        contract="moscow",
        systems="Meridian CRM 8.4, свой сервер; обмен с бухгалтерией",
        people=(
            Human(
                name="Ирина Соколова",
                position="Руководитель отдела продаж",
                mails=("sokolova",),
                phones=("+7 495 000-11-12", "8 (900) 000-11-12"),
            ),
            Human(
                name="Дмитрий Фёдоров",
                position="Системный администратор",
                mails=("fedorov", "admin"),
                phones=("+7 495 000-11-20",),
            ),
            Human(name="Ольга Крылова", position="Бухгалтерия", mails=("krylova",)),
            Human(
                name="Павел Ермаков",
                position="Менеджер по продажам",
                mails=("ermakov",),
                phones=("8 (900) 000-11-31",),
            ),
        ),
    ),
    Client(
        name="Северный ветер",
        domains=("severveter.example",),
        region="RU",
        zone="Europe/Moscow",
        language="ru",
        phone="+7 812 000-22-00",
        contract="clock",
        systems="Meridian CRM 8.4, облако; телефония; склад круглосуточно",
        note="Диспетчеры работают ночью, звонить можно в любое время.",
        vip=True,
        people=(
            Human(
                name="Анна Белова",
                position="Коммерческий директор",
                mails=("belova",),
                phones=("+7 812 000-22-10", "8 (900) 000-22-10"),
                vip=True,
            ),
            Human(
                name="Григорий Тихонов",
                position="Диспетчерская",
                mails=("dispatch", "tikhonov"),
                phones=("+7 812 000-22-24",),
            ),
            Human(
                name="Марина Лаптева", position="Логистика", mails=("lapteva",), phones=("+7 812 000-22-31",)
            ),
            Human(
                name="Сергей Уваров", position="ИТ-отдел", mails=("uvarov",), phones=("8 (900) 000-22-44",)
            ),
        ),
    ),
    Client(
        name="Клиника «Доверие»",
        domains=("doverie.example",),
        region="RU",
        zone="Europe/Moscow",
        language="ru",
        phone="+7 495 000-33-00",
        systems="Meridian CRM 8.3, облако; запись пациентов",
        people=(
            Human(
                name="Елена Зимина",
                position="Администратор клиники",
                mails=("zimina", "info"),
                phones=("+7 495 000-33-01",),
            ),
            Human(name="Виктор Громов", position="ИТ", mails=("gromov",), phones=("8 (900) 000-33-15",)),
            Human(
                name="Наталья Рябова", position="Колл-центр", mails=("ryabova",), phones=("+7 495 000-33-20",)
            ),
        ),
    ),
    Client(
        name="Мебельная фабрика «Дубрава»",
        domains=("dubrava.example",),
        region="RU",
        zone="Europe/Samara",
        language="ru",
        phone="+7 846 000-44-00",
        contract="moscow",
        systems="Meridian CRM 8.2, облако; печать счетов и договоров",
        people=(
            Human(
                name="Татьяна Миронова",
                position="Отдел продаж",
                mails=("mironova",),
                phones=("+7 846 000-44-12",),
            ),
            Human(
                name="Алексей Щербаков",
                position="Директор",
                mails=("director",),
                phones=("8 (900) 000-44-01",),
            ),
            Human(name="Юлия Чернова", position="Маркетинг", mails=("chernova",)),
        ),
    ),
)
