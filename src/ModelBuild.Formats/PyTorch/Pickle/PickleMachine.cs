using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch.Pickle;

/// <summary>
/// Reads a Python pickle without running anything: names stay names, calls of the few functions that build tensors and containers make
/// those, and every other call is kept as a record of what was to be called. A call of a module that runs programs is an error.
/// </summary>
/// <param name="bytes">The pickle; more may follow it.</param>
/// <param name="path">The file, for messages.</param>
/// <param name="name">What the pickle is, for messages.</param>
internal sealed class PickleMachine(ReadOnlyMemory<byte> bytes, string path, string name)
{
    private const int MaxStack = 1 << 22;

    private static readonly HashSet<string> s_programs = new(StringComparer.Ordinal)
    {
        "os", "posix", "nt", "sys", "subprocess", "builtins", "__builtin__", "importlib", "runpy", "shutil", "socket", "webbrowser", "pty", "ctypes", "pickle", "_pickle", "code", "commands",
    };

    private static readonly object s_mark = new();
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _position;
    private int _start;

    /// <summary>First byte after the last pickle read.</summary>
    public int Position => _position;

    /// <summary>Reads the next pickle.</summary>
    /// <exception cref="ModelException">MB1001: it is damaged or wants something run.</exception>
    public object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        try
        {
            while (true)
            {
                _start = _position;
                byte code = Byte();
                if (code == (byte)'.')
                {
                    return Pop();
                }

                Step(code);
                if (_stack.Count > MaxStack)
                {
                    throw Problem("it is nested too deeply");
                }
            }
        }
        catch (Exception e) when (e is OverflowException or FormatException)
        {
            throw Problem("a number in it is out of range");
        }
    }

    private void Step(byte code)
    {
        switch (code)
        {
            case 0x80: Byte(); break;
            case 0x95: Take(8); break;
            case (byte)'(': Push(s_mark); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'2': Push(Peek()); break;
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'}': Push(new PickleDictionary()); break;
            case (byte)']' or 0x8f: Push(new List<object?>()); break;
            case (byte)')': Push(new PickleTuple([])); break;
            case 0x85: Push(new PickleTuple([Pop()])); break;
            case 0x86: Push(new PickleTuple(PopMany(2))); break;
            case 0x87: Push(new PickleTuple(PopMany(3))); break;
            case (byte)'t': Push(new PickleTuple(PopToMark())); break;
            case (byte)'l': Push(PopToMark().ToList()); break;
            case 0x91: Push(new PickleTuple(PopToMark())); break;
            case (byte)'d': Fill(new PickleDictionary(), PopToMark(), push: true); break;
            case (byte)'a': Append([Pop()]); break;
            case (byte)'e' or 0x90: Append(PopToMark()); break;
            case (byte)'s': Fill(null, PopMany(2), push: false); break;
            case (byte)'u': Fill(null, PopToMark(), push: false); break;
            case (byte)'c': Push(new PickleGlobal(Line(), Line())); break;
            case 0x93: Push(StackGlobal()); break;
            case (byte)'R' or 0x81: Call(); break;
            case 0x92: Pop(); Call(); break;
            case (byte)'b': Build(); break;
            case (byte)'Q': Push(Persistent(Pop())); break;
            case (byte)'P': throw Problem("it refers to something outside it by a line of text");
            default: Number(code); break;
        }
    }

    private void Number(byte code)
    {
        switch (code)
        {
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case (byte)'K': Push((long)Byte()); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'F': Push(double.Parse(Line(), CultureInfo.InvariantCulture)); break;
            case (byte)'I': Push(Line() switch { "01" => true, "00" => false, var text => (object)long.Parse(text, CultureInfo.InvariantCulture) }); break;
            case (byte)'L': Push(long.Parse(Line().TrimEnd('L'), CultureInfo.InvariantCulture)); break;
            case 0x8a: Push(Long(Take(Byte()))); break;
            case 0x8b: Push(Long(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4))))); break;
            case 0x8c: Push(Encoding.UTF8.GetString(Take(Byte()))); break;
            case (byte)'X': Push(Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))))); break;
            case 0x8d: Push(Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadInt64LittleEndian(Take(8))))); break;
            case (byte)'U': Push(Encoding.Latin1.GetString(Take(Byte()))); break;
            case (byte)'T': Push(Encoding.Latin1.GetString(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4))))); break;
            case (byte)'S': Push(Line().Trim('\'', '"')); break;
            case (byte)'V': Push(Line()); break;
            case (byte)'C': Push(Take(Byte()).ToArray()); break;
            case (byte)'B': Push(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))).ToArray()); break;
            case 0x8e: Push(Take(BinaryPrimitives.ReadInt64LittleEndian(Take(8))).ToArray()); break;
            case (byte)'h': Push(Recall(Byte())); break;
            case (byte)'j': Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
            case (byte)'g': Push(Recall(long.Parse(Line(), CultureInfo.InvariantCulture))); break;
            case (byte)'q': _memo[Byte()] = Peek(); break;
            case (byte)'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Peek(); break;
            case (byte)'p': _memo[long.Parse(Line(), CultureInfo.InvariantCulture)] = Peek(); break;
            case 0x94: _memo[_memo.Count] = Peek(); break;
            default: throw Problem($"operation 0x{code:x2} is not one that PyTorch writes");
        }
    }

    private object? Persistent(object? id)
    {
        // ("storage", class, key, location, count[, view]); older files view a part of a key's content.
        if (id is not PickleTuple { Items: ["storage", PickleGlobal type, var key, _, long count, ..] } tuple || count < 0)
        {
            return id is PickleTuple { Items: ["module", var source, ..] } ? source : throw Problem("it refers to something outside it that is no tensor");
        }

        bool isUntyped = type.Name == "UntypedStorage";
        ElementType element = isUntyped ? ElementType.UInt8 : TorchTypes.OfStorage(type.Name);
        if (element == ElementType.Undefined)
        {
            throw Problem($"elements of {type} are not supported");
        }

        string text = key as string ?? Convert.ToString(key, CultureInfo.InvariantCulture) ?? "";
        return tuple.Items is [_, _, _, _, _, PickleTuple { Items: [_, long start, long size] }]
            ? new PickleStorage(element, isUntyped, text, size, start)
            : new PickleStorage(element, isUntyped, text, count);
    }

    private void Call()
    {
        object? arguments = Pop();
        object? callee = Pop();
        if (callee is not PickleGlobal type)
        {
            throw Problem("it calls something that is not a name");
        }

        object?[] items = arguments is PickleTuple tuple ? tuple.Items : [arguments];
        Push(Make(type, items));
    }

    private object? Make(PickleGlobal type, object?[] items)
    {
        switch (type.ToString())
        {
            case "collections.OrderedDict" or "builtins.dict" or "__builtin__.dict" or "collections.Counter" or "collections.defaultdict":
                var dictionary = new PickleDictionary();
                if (items is [List<object?> pairs])
                {
                    foreach (object? pair in pairs)
                    {
                        if (pair is PickleTuple { Items: [var key, var value] } || (pair is List<object?> list && Two(list, out key, out value)))
                        {
                            dictionary.Set(key, value);
                        }
                    }
                }

                return dictionary;
            case "torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_tensor_v3" or "torch._utils._rebuild_qtensor":
                return Tensor(type, items);
            case "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state" or "torch.nn.parameter.Parameter" or "torch.nn.parameter.Buffer":
                return items.Length > 0 ? items[0] : throw Problem("a parameter has no tensor");
            case "torch._tensor._rebuild_from_type_v2":
                return items is [PickleGlobal function, _, PickleTuple inner, ..] ? Make(function, inner.Items) : throw Problem("a tensor of its own class is described in an unknown way");
            case "torch.Size" or "builtins.set" or "__builtin__.set" or "builtins.list" or "builtins.frozenset" or "torch.jit._pickle.build_tensorlist" or "torch.jit._pickle.build_intlist"
                or "torch.jit._pickle.build_doublelist" or "torch.jit._pickle.build_boollist" or "torch.jit._pickle.restore_type_tag":
                return items.Length > 0 ? items[0] : new List<object?>();
            case "torch.jit._pickle.build_tensor_from_id":
                return items.Length > 0 ? items[0] : null;
            case "torch.device":
                return items.Length > 0 ? items[0] : "cpu";
            case "builtins.complex" or "__builtin__.complex" or "builtins.bytearray" or "__builtin__.bytearray" or "builtins.int" or "builtins.float" or "builtins.slice" or "builtins.object" or "__builtin__.object" or "builtins.getattr" or "builtins.range":
                return new PickleObject(type, items);
            case "_codecs.encode":
                return items is [string text, ..] ? Encoding.Latin1.GetBytes(text) : throw Problem("bytes are described in an unknown way");
            default:
                return s_programs.Contains(type.Module.Split('.')[0])
                    ? throw Problem($"it asks to call {type}, which no model needs; don't load this file in Python")
                    : new PickleObject(type, items);
        }
    }

    private PickleTensor Tensor(PickleGlobal type, object?[] items)
    {
        if (items.Length < 4 || items[0] is not PickleStorage storage || items[1] is not long offset || Longs(items[2]) is not { } sizes || Longs(items[3]) is not { } strides
            || sizes.Length != strides.Length)
        {
            throw Problem("a tensor is described in an unknown way");
        }

        ElementType element = storage.IsUntyped && items.Length > 6
            ? items.OfType<PickleGlobal>().Where(g => g.Module == "torch").Select(g => TorchTypes.OfName(g.Name)).FirstOrDefault(t => t != ElementType.Undefined)
            : storage.Type;
        return element == ElementType.Undefined
            ? throw Problem("the type of a tensor's elements is not supported")
            : new PickleTensor(storage, element, offset, sizes, strides)
            {
                Quantizer = type.Name == "_rebuild_qtensor" && items.Length > 4 && items[4] is PickleTuple quantizer ? quantizer.Items : null,
            };
    }

    private static long[]? Longs(object? value)
    {
        IReadOnlyList<object?>? items = value switch { PickleTuple tuple => tuple.Items, List<object?> list => list, _ => null };
        return items is null || items.Any(i => i is not long) ? null : [.. items.Select(i => (long)i!)];
    }

    private static bool Two(List<object?> list, out object? first, out object? second)
    {
        (first, second) = list.Count == 2 ? (list[0], list[1]) : (null, null);
        return list.Count == 2;
    }

    private void Build()
    {
        object? state = Pop();
        switch (Peek())
        {
            case PickleObject target: target.State = state; break;
            case PickleDictionary or PickleTensor or List<object?>: break; // Only attributes beside the content, such as _metadata.
            default: throw Problem("it gives state to something that has none");
        }
    }

    private PickleGlobal StackGlobal()
    {
        object? symbol = Pop();
        return Pop() is string module && symbol is string text ? new PickleGlobal(module, text) : throw Problem("a name in it is not text");
    }

    private void Append(object?[] items)
    {
        switch (Peek())
        {
            case List<object?> list:
                list.AddRange(items);
                break;
            case PickleObject target:
                foreach (object? item in items)
                {
                    target.Items.Set((long)target.Items.Items.Count, item);
                }

                break;
            default:
                throw Problem("it appends to something that is not a list");
        }
    }

    private void Fill(PickleDictionary? dictionary, object?[] items, bool push)
    {
        dictionary ??= Peek() switch
        {
            PickleDictionary there => there,
            PickleObject target => target.Items,
            _ => throw Problem("it sets keys of something that is not a dictionary"),
        };
        for (int i = 0; i + 1 < items.Length; i += 2)
        {
            dictionary.Set(items[i], items[i + 1]);
        }

        if (push)
        {
            Push(dictionary);
        }
    }

    private static object Long(ReadOnlySpan<byte> number)
    {
        // Longer numbers mean nothing in these files and are kept as they are.
        var value = new BigInteger(number);
        object result = value;
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            result = (long)value;
        }

        return result;
    }

    private object? Recall(long index) => _memo.TryGetValue(index, out object? value) ? value : throw Problem($"it recalls value {index}, which it never noted");

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() => _stack.Count > 0 && _stack[^1] != s_mark ? _stack[^1] : throw Problem("its stack is empty");

    private object? Pop()
    {
        object? value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        var items = new object?[count];
        for (int i = count - 1; i >= 0; i--)
        {
            items[i] = Pop();
        }

        return items;
    }

    private object?[] PopToMark()
    {
        int at = _stack.LastIndexOf(s_mark);
        if (at < 0)
        {
            throw Problem("it has no mark where one is needed");
        }

        object?[] items = [.. _stack.Skip(at + 1)];
        _stack.RemoveRange(at, _stack.Count - at);
        return items;
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > bytes.Length - _position)
        {
            throw Problem("it ends early");
        }

        ReadOnlySpan<byte> taken = bytes.Span.Slice(_position, (int)count);
        _position += (int)count;
        return taken;
    }

    private string Line()
    {
        int length = bytes.Span[_position..].IndexOf((byte)'\n');
        string line = Encoding.UTF8.GetString(Take(length < 0 ? long.MaxValue : length));
        _position++;
        return line;
    }

    private ModelException Problem(string detail) => FileProblem.Damaged(path, $"{name} can't be read at byte {_start}: {detail}");
}
