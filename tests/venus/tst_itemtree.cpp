// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/itemtree.h"

#include <QTest>
#include <cmath>
#include <cstdio>
#include <limits>

using namespace sb;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

ItemFormat fixed(int decimals, const char *unit) { return {ItemFormat::Kind::Fixed, decimals, unit}; }

/// The code of a write that is answered at once.
int write(ItemTree &items, int item, const QVariant &value)
{
    std::optional<int> code;
    items.write(item, value, [&](int given) { code = given; });
    return code.value_or(-1);
}

} // namespace

class TestItemTree : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { registerReaderTypes(); }
    void beginsInvalid();
    void formatsDoubles_data();
    void formatsDoubles();
    void defaultTextReadsBackEqual();
    void fixedTextIsThatOfPrintf();
    void formatsIntegers();
    void formatsHexadecimal();
    void publishesNothingThatIsNotFinite_data();
    void publishesNothingThatIsNotFinite();
    void neverPublishesNegativeZero();
    void refusesIntegersThatDoNotFit();
    void cleansTexts_data();
    void cleansTexts();
    void comparesTheRoundedValue();
    void tellsEachChangeOnce();
    void keepsOneTypePerPath();
    void invalidValueIsAnEmptyArrayOfIntegers();
    void givesFoldersWithRelativeKeys();
    void SET_01_refusesWritesToReadOnlyItems();
    void convertsWrites_data();
    void convertsWrites();
    void SET_11_acceptsThePresentValueWithoutAction();
    void lateAnswersReachTheWriter();
};

void TestItemTree::beginsInvalid()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/Soc"), ItemType::Double);
    QCOMPARE(items.value(item).metaType(), QMetaType::fromType<QList<int>>());
    QCOMPARE(items.text(item), QStringLiteral("---"));
}

void TestItemTree::formatsDoubles_data()
{
    QTest::addColumn<int>("decimals"); // -1: default text
    QTest::addColumn<QByteArray>("unit");
    QTest::addColumn<int>("roundTo");
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("text");

    const auto row = [](const char *name, int decimals, const char *unit, int roundTo, double value,
                        const char *text) {
        QTest::newRow(name) << decimals << QByteArray(unit) << roundTo << value << QString::fromLatin1(text);
    };
    row("voltage", 2, "V", 2, 52.92, "52.92V");
    row("voltage, zero at the end", 2, "V", 2, 52.9, "52.90V");
    row("current", 2, "A", 2, -12.34, "-12.34A");
    row("power", 0, "W", 2, -653.03, "-653W");
    row("power, half to even", 0, "W", 2, 652.5, "652W");
    row("power, half to even above", 0, "W", 2, 653.5, "654W");
    row("capacity", 2, "Ah", 2, 181.44, "181.44Ah");
    row("installed", 0, "Ah", 2, 280.0, "280Ah");
    row("cell", 3, "V", 3, 3.3, "3.300V");
    row("percent", 1, "%", 1, 0.24, "0.2%");
    row("default", -1, "", 1, 21.5, "21.5");
    row("default, integral", -1, "", 2, 99.0, "99.0");
    row("default, two decimals", -1, "", 2, 181.44, "181.44");
    row("default, zero", -1, "", 2, 0.0, "0.0");
    row("default, negative", -1, "", 1, -20.0, "-20.0");
    row("default, large", -1, "", 2, 100000.0, "100000.0");
    row("default, million", -1, "", 2, 1e6, "1000000.0");
    row("default, small", -1, "", 5, 0.00002, "0.00002");
    row("default, rounded sum", -1, "", 2, 0.1 + 0.2, "0.3");
}

void TestItemTree::formatsDoubles()
{
    QFETCH(int, decimals);
    QFETCH(QByteArray, unit);
    QFETCH(int, roundTo);
    QFETCH(double, value);
    QFETCH(QString, text);
    ItemTree items;
    const int item = items.add(QStringLiteral("/X"), ItemType::Double,
                               decimals < 0 ? ItemFormat() : fixed(decimals, unit.constData()), roundTo);
    items.set(item, value);
    QCOMPARE(items.text(item), text);
}

void TestItemTree::defaultTextReadsBackEqual()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/X"), ItemType::Double, {}, 9);
    for (int i = -2000; i < 2000; ++i) {
        const double value = i * 0.0137 + i * i * 1e-6;
        items.set(item, value);
        const QString text = items.text(item);
        QCOMPARE(text.toDouble(), items.value(item).toDouble());
        QVERIFY2(text.contains(QLatin1Char('.')) && !text.contains(QLatin1Char('e')), qPrintable(text));
    }
}

void TestItemTree::fixedTextIsThatOfPrintf()
{
    for (int decimals = 0; decimals < 4; ++decimals) {
        ItemTree items;
        const int item = items.add(QStringLiteral("/X"), ItemType::Double, fixed(decimals, "V"), 4);
        for (int i = -3000; i < 3000; ++i) {
            items.set(item, i * 0.125 / 2);
            char expected[64];
            std::snprintf(expected, sizeof expected, "%.*fV", decimals, items.value(item).toDouble());
            QCOMPARE(items.text(item), QString::fromLatin1(expected));
        }
    }
}

void TestItemTree::formatsIntegers()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/Connected"), ItemType::Integer);
    items.setInteger(item, 1);
    QCOMPARE(items.text(item), QStringLiteral("1"));
    items.setInteger(item, -2147483647 - 1);
    QCOMPARE(items.text(item), QStringLiteral("-2147483648"));
    QCOMPARE(items.value(item).metaType(), QMetaType::fromType<int>());
}

void TestItemTree::formatsHexadecimal()
{
    ItemTree items;
    const int item =
        items.add(QStringLiteral("/ProductId"), ItemType::Integer, {ItemFormat::Kind::Hex, 0, ""});
    items.setInteger(item, 47735);
    QCOMPARE(items.text(item), QStringLiteral("0xBA77"));
}

void TestItemTree::publishesNothingThatIsNotFinite_data()
{
    QTest::addColumn<double>("value");
    QTest::newRow("not a number") << notANumber;
    QTest::newRow("infinity") << infinity;
    QTest::newRow("minus infinity") << -infinity;
    QTest::newRow("overflows when it is rounded") << std::numeric_limits<double>::max();
}

void TestItemTree::publishesNothingThatIsNotFinite()
{
    QFETCH(double, value);
    ItemTree items;
    const int item = items.add(QStringLiteral("/Dc/0/Voltage"), ItemType::Double, fixed(2, "V"));
    items.set(item, 52.0);
    items.set(item, value);
    QCOMPARE(items.value(item), invalidItem());
    QCOMPARE(items.text(item), QStringLiteral("---"));
}

void TestItemTree::neverPublishesNegativeZero()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/Dc/0/Current"), ItemType::Double, fixed(2, "A"));
    items.set(item, -0.001);
    QVERIFY(!std::signbit(items.value(item).toDouble()));
    QCOMPARE(items.text(item), QStringLiteral("0.00A"));
}

void TestItemTree::refusesIntegersThatDoNotFit()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/X"), ItemType::Integer);
    items.setInteger(item, 5);
    items.setInteger(item, qint64(1) << 31);
    QCOMPARE(items.value(item), invalidItem());
}

void TestItemTree::cleansTexts_data()
{
    QTest::addColumn<QString>("given");
    QTest::addColumn<QString>("published");
    QTest::newRow("plain") << QStringLiteral("SP04S034") << QStringLiteral("SP04S034");
    QTest::newRow("beyond ASCII") << QStringLiteral(u"\u03A9 Test") << QStringLiteral(u"\u03A9 Test");
    QTest::newRow("beyond 16 bits") << QStringLiteral(u"a\U0001F50Bb") << QStringLiteral(u"a\U0001F50Bb");
    QTest::newRow("NUL") << QString(QLatin1String("a\0b", 3)) << QStringLiteral("ab");
    QTest::newRow("control characters") << QStringLiteral("a\x01\x1b\x7f\tb") << QStringLiteral("ab");
    QTest::newRow("upper control characters") << QStringLiteral(u"a\u0085b") << QStringLiteral("ab");
    QTest::newRow("lone high surrogate")
        << QString(QStringLiteral("a") + QChar(0xD800) + QStringLiteral("b")) << QStringLiteral("ab");
    QTest::newRow("lone low surrogate")
        << QString(QStringLiteral("a") + QChar(0xDC00)) << QStringLiteral("a");
    QTest::newRow("no character") << QString(QStringLiteral("a") + QChar(0xFFFF)) << QStringLiteral("a");
    QTest::newRow("lines") << QStringLiteral("a\nb") << QStringLiteral("a\nb");
    QTest::newRow("empty") << QString() << QString();
}

void TestItemTree::cleansTexts()
{
    QFETCH(QString, given);
    QFETCH(QString, published);
    ItemTree items;
    const int item = items.add(QStringLiteral("/X"), ItemType::Text);
    items.setText(item, given);
    QCOMPARE(items.value(item).metaType(), QMetaType::fromType<QString>());
    QCOMPARE(items.value(item).toString(), published);
    QCOMPARE(items.text(item), published);
}

void TestItemTree::comparesTheRoundedValue()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/Dc/0/Voltage"), ItemType::Double, fixed(2, "V"));
    items.set(item, 52.921);
    items.clearChanges();
    items.set(item, 52.9249);
    QVERIFY(items.changes().empty());
    items.set(item, 52.926);
    QCOMPARE(items.changes(), std::vector<int>{item});
    QCOMPARE(items.value(item).toDouble(), 52.93);
}

void TestItemTree::tellsEachChangeOnce()
{
    ItemTree items;
    const int soc = items.add(QStringLiteral("/Soc"), ItemType::Double);
    const int state = items.add(QStringLiteral("/State"), ItemType::Integer);
    items.set(soc, 50);
    items.set(soc, 51);
    items.setInteger(state, 9);
    const ItemsMap changes = items.takeChanges();
    QCOMPARE(changes.size(), 2);
    QCOMPARE(changes.value(QStringLiteral("/Soc")).value(QStringLiteral("Value")), QVariant(51.0));
    QCOMPARE(changes.value(QStringLiteral("/Soc")).value(QStringLiteral("Text")),
             QVariant(QStringLiteral("51.0")));
    QCOMPARE(changes.value(QStringLiteral("/State")).value(QStringLiteral("Value")), QVariant(9));
    items.set(soc, 51);
    items.setInteger(state, 9);
    QVERIFY(items.takeChanges().isEmpty());
    items.set(soc, std::nullopt);
    items.set(soc, std::nullopt);
    QCOMPARE(items.takeChanges().size(), 1);
}

void TestItemTree::keepsOneTypePerPath()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/Dc/0/Power"), ItemType::Double, fixed(0, "W"));
    items.set(item, 0);
    QCOMPARE(items.value(item).metaType(), QMetaType::fromType<double>());
}

void TestItemTree::invalidValueIsAnEmptyArrayOfIntegers()
{
    QCOMPARE(invalidItem().metaType(), QMetaType::fromType<QList<int>>());
    QVERIFY(invalidItem().value<QList<int>>().isEmpty());
}

void TestItemTree::givesFoldersWithRelativeKeys()
{
    ItemTree items;
    items.set(items.add(QStringLiteral("/Dc/0/Voltage"), ItemType::Double, fixed(2, "V")), 52.92);
    items.add(QStringLiteral("/DcOther"), ItemType::Integer);
    QCOMPARE(items.valuesBelow(QStringLiteral("/Dc")).keys(), QStringList{QStringLiteral("0/Voltage")});
    QCOMPARE(items.textsBelow(QStringLiteral("/Dc/0")).value(QStringLiteral("Voltage")),
             QStringLiteral("52.92V"));
    QCOMPARE(items.valuesBelow(QStringLiteral("/")).keys(),
             (QStringList{QStringLiteral("Dc/0/Voltage"), QStringLiteral("DcOther")}));
}

void TestItemTree::SET_01_refusesWritesToReadOnlyItems()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/Connected"), ItemType::Integer);
    items.setInteger(item, 1);
    QCOMPARE(write(items, item, 0), 1);
    QCOMPARE(write(items, item, 1), 1);
    QCOMPARE(items.value(item), QVariant(1));
}

void TestItemTree::convertsWrites_data()
{
    QTest::addColumn<int>("type");
    QTest::addColumn<QVariant>("given");
    QTest::addColumn<int>("code");
    QTest::addColumn<QVariant>("received");

    const int integer = static_cast<int>(ItemType::Integer);
    const int real = static_cast<int>(ItemType::Double);
    const int text = static_cast<int>(ItemType::Text);
    const QVariant nothing;
    const auto row = [](const char *name, int type, const QVariant &given, int code,
                        const QVariant &received) {
        QTest::newRow(name) << type << given << code << received;
    };
    row("int32 to integer", integer, 80, 0, 80);
    row("uint32 to integer", integer, 80U, 0, 80);
    row("int64 to integer", integer, QVariant::fromValue<qlonglong>(80), 0, 80);
    row("uint64 to integer", integer, QVariant::fromValue<qulonglong>(80), 0, 80);
    row("int16 to integer", integer, QVariant::fromValue<short>(-8), 0, -8);
    row("uint16 to integer", integer, QVariant::fromValue<ushort>(8), 0, 8);
    row("byte to integer", integer, QVariant::fromValue<uchar>(8), 0, 8);
    row("boolean to integer", integer, true, 0, 1);
    row("integral double to integer", integer, 80.0, 0, 80);
    row("fraction to integer", integer, 80.5, 1, nothing);
    row("too large for int32", integer, QVariant::fromValue<qlonglong>(1LL << 40), 1, nothing);
    row("decimal text to integer", integer, QStringLiteral("80"), 0, 80);
    row("word to integer", integer, QStringLiteral("abc"), 1, nothing);
    row("not a number to integer", integer, notANumber, 1, nothing);
    row("invalid to integer", integer, invalidItem(), 1, nothing);
    row("SET-16 int32 to double", real, 60, 0, 60.0);
    row("double to double", real, 60.5, 0, 60.5);
    row("decimal text to double", real, QStringLiteral("70.5"), 0, 70.5);
    row("word to double", real, QStringLiteral("x"), 1, nothing);
    row("text nan to double", real, QStringLiteral("nan"), 1, nothing);
    row("text inf to double", real, QStringLiteral("inf"), 1, nothing);
    row("infinity to double", real, infinity, 1, nothing);
    row("invalid to double", real, invalidItem(), 1, nothing);
    row("text to text", text, QStringLiteral("Shed"), 0, QStringLiteral("Shed"));
    row("control character to text", text,
        QStringLiteral("Sh\x01"
                       "ed"),
        0, QStringLiteral("Shed"));
    row("number to text", text, 5, 1, nothing);
    row("double to text", text, 5.5, 1, nothing);
    row("invalid to text", text, invalidItem(), 0, QString());
    row("array that is not empty to text", text, QVariant::fromValue(QList<int>{1}), 1, nothing);
}

void TestItemTree::convertsWrites()
{
    QFETCH(int, type);
    QFETCH(QVariant, given);
    QFETCH(int, code);
    QFETCH(QVariant, received);
    ItemTree items;
    const int item = items.add(QStringLiteral("/X"), static_cast<ItemType>(type));
    QVariant got;
    items.setWriteHandler(item, [&](const QVariant &value, const ItemTree::Reply &reply) {
        got = value;
        reply(ItemAccepted);
    });
    QCOMPARE(write(items, item, given), code);
    QCOMPARE(got, received);
    QCOMPARE(got.metaType(), received.metaType());
}

void TestItemTree::SET_11_acceptsThePresentValueWithoutAction()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/CustomName"), ItemType::Text);
    items.setText(item, QStringLiteral("Shed"));
    items.clearChanges();
    int calls = 0;
    items.setWriteHandler(item, [&](const QVariant &, const ItemTree::Reply &reply) {
        ++calls;
        reply(ItemRefused);
    });
    QCOMPARE(write(items, item, QStringLiteral("Shed")), 0);
    QCOMPARE(calls, 0);
    QVERIFY(items.changes().empty());
    QCOMPARE(write(items, item, QStringLiteral("Barn")), 2);
    QCOMPARE(calls, 1);
    QCOMPARE(items.text(item), QStringLiteral("Shed"));
}

void TestItemTree::lateAnswersReachTheWriter()
{
    ItemTree items;
    const int item = items.add(QStringLiteral("/X"), ItemType::Integer);
    ItemTree::Reply later;
    items.setWriteHandler(item, [&](const QVariant &, const ItemTree::Reply &reply) { later = reply; });
    std::optional<int> code;
    items.write(item, 3, [&](int given) { code = given; });
    QVERIFY(!code);
    later(ItemAccepted);
    QCOMPARE(code, std::optional<int>(0));
}

QTEST_GUILESS_MAIN(TestItemTree)
#include "tst_itemtree.moc"
